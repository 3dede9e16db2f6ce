import { assert, assertEquals } from "@std/assert";
import {
  chooseStripeUrl,
  isLive,
  parseStripeKeys,
} from "../../../../infra/gateways/stripe/keys.ts";

const BOTH = { live: true, test: true };

Deno.test("parseStripeKeys() reads the keys of each fleet", () => {
  const text = "hergele:sk_test_1|whsec_a, belediye:rk_live_2|whsec_b";
  assertEquals(parseStripeKeys(text, BOTH), {
    value: new Map([
      ["hergele", { secretKey: "sk_test_1", webhookSecret: "whsec_a" }],
      ["belediye", { secretKey: "rk_live_2", webhookSecret: "whsec_b" }],
    ]),
  });
});

const REFUSED = {
  "no text": ["", BOTH],
  "no webhook secret": ["hergele:sk_test_1", BOTH],
  "a publishable key": ["hergele:pk_test_1|whsec_a", BOTH],
  "another webhook secret": ["hergele:sk_test_1|secret_a", BOTH],
  "a blank in a key": ["hergele:sk_test_1 |whsec_a", BOTH],
  "a fleet twice": ["hergele:sk_test_1|whsec_a,hergele:sk_test_1|whsec_a", BOTH],
  "a live key where no money may move": ["hergele:sk_live_1|whsec_a", { live: false, test: true }],
  "a test key where money must move": ["hergele:sk_test_1|whsec_a", { live: true, test: false }],
} as const;
for (const [what, [text, takes]] of Object.entries(REFUSED)) {
  Deno.test(`parseStripeKeys() refuses ${what}, and repeats no key`, () => {
    const { fault } = parseStripeKeys(text, takes);
    assert(fault !== undefined && !/test_1|live_1|whsec_a|secret_a/.test(fault), fault);
  });
}

Deno.test("isLive() says whether money moves", () => {
  const keys = ["sk_live_1", "rk_live_1", "sk_test_live_1", "rk_test_1"];
  assertEquals(keys.map((secretKey) => isLive({ secretKey })), [true, true, false, false]);
});

const STRIPE = "https://api.stripe.com";
const URLS = [
  ["sk_live_1", undefined, STRIPE],
  ["sk_live_1", `${STRIPE}/`, STRIPE],
  ["sk_live_1", "http://127.0.0.1:4000", undefined],
  ["sk_test_1", undefined, STRIPE],
  ["sk_test_1", "http://127.0.0.1:4000", "http://127.0.0.1:4000"],
  ["sk_test_1", "nonsense", undefined],
  ["sk_test_1", `${STRIPE}/v1`, undefined],
] as const;
for (const [secretKey, url, chosen] of URLS) {
  Deno.test(`chooseStripeUrl() with ${secretKey} and ${url} is ${chosen ?? "a fault"}`, () => {
    const parsed = chooseStripeUrl({ secretKey }, url);
    assertEquals(parsed.fault === undefined ? parsed.value : undefined, chosen);
  });
}
