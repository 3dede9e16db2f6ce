import { assert, assertEquals } from "@std/assert";
import {
  findBuyerDefaults,
  parseIyzicoBuyerDefaults,
} from "../../../../infra/gateways/iyzico/buyer_defaults.ts";
import { chooseIyzicoUrl, parseIyzicoKeys } from "../../../../infra/gateways/iyzico/keys.ts";
import { BUYER_DEFAULTS } from "../../../support/gateways/iyzico_keys.ts";

const BOTH = { live: true, test: true };
const LIVE = { apiKey: "liveApiKey", secretKey: "liveSecretKey" };
const SANDBOX = { apiKey: "sandbox-apiKey", secretKey: "sandbox-secretKey" };

Deno.test("parseIyzicoKeys() reads the keys of each fleet", () => {
  const { value } = parseIyzicoKeys(
    "hergele:sandbox-apiKey|sandbox-secretKey,belediye:liveApiKey|liveSecretKey",
    BOTH,
  );
  assertEquals([...value ?? []], [["hergele", SANDBOX], ["belediye", LIVE]]);
});

Deno.test("parseIyzicoKeys() refuses blanks, missing keys and mixed environments, and repeats no key", () => {
  const texts = [
    "",
    "hergele",
    "hergele:",
    "hergele:liveApiKey",
    "hergele:liveApiKey|",
    "hergele:|liveSecretKey",
    "hergele:liveApiKey|live SecretKey",
    "hergele: liveApiKey|liveSecretKey",
    "hergele:liveApiKey|liveSecret\u200BKey",
    "hergele:liveApiKey|liveSecretKey|third",
    "hergele:liveApiKey|sandbox-secretKey",
    "hergele:liveApiKey|liveSecretKey,hergele:liveApiKey|liveSecretKey",
    "her gele:liveApiKey|liveSecretKey",
  ];
  for (const text of texts) {
    const { fault } = parseIyzicoKeys(text, BOTH);
    assert(fault !== undefined, text);
    assert(!fault.includes("live"), fault);
  }
});

Deno.test("parseIyzicoKeys() refuses a live key in development, and the sandbox's where money must move", () => {
  const [live, sandbox] = [LIVE, SANDBOX].map(({ apiKey, secretKey }) =>
    `hergele:${apiKey}|${secretKey}`
  );
  const fault = (text = "", takes = BOTH) => parseIyzicoKeys(text, takes).fault ?? "";
  assert(fault(live, { live: false, test: true }).includes("no live key"));
  assert(fault(sandbox, { live: true, test: false }).includes("no test key"));
});

Deno.test("chooseIyzicoUrl() goes by the key, and refuses an address of the other environment", () => {
  const own = "http://127.0.0.1:4010";
  assertEquals(chooseIyzicoUrl(LIVE, undefined).value, "https://api.iyzipay.com");
  assertEquals(chooseIyzicoUrl(LIVE, "https://api.iyzipay.com/").value, "https://api.iyzipay.com");
  assertEquals(chooseIyzicoUrl(SANDBOX, undefined).value, "https://sandbox-api.iyzipay.com");
  assertEquals(chooseIyzicoUrl(SANDBOX, own).value, own);
  const refused = [
    [SANDBOX, "https://api.iyzipay.com"],
    [LIVE, "https://sandbox-api.iyzipay.com"],
    [LIVE, own],
    [SANDBOX, "iyzico"],
    [SANDBOX, "https://sandbox-api.iyzipay.com/payment"],
  ] as const;
  for (const [keys, url] of refused) {
    assert(chooseIyzicoUrl(keys, url).fault !== undefined, url);
  }
});

Deno.test("parseIyzicoBuyerDefaults() reads a fleet's own answers, and those for all others", () => {
  const own = { ...BUYER_DEFAULTS, city: "Ankara", zipCode: "06000" };
  const { value } = parseIyzicoBuyerDefaults(
    JSON.stringify({ "*": BUYER_DEFAULTS, belediye: own }),
  );
  assert(value !== undefined);
  assertEquals(findBuyerDefaults(value, "hergele"), BUYER_DEFAULTS);
  assertEquals(findBuyerDefaults(value, "belediye"), own);
  const { value: alone } = parseIyzicoBuyerDefaults(JSON.stringify({ belediye: own }));
  assert(alone !== undefined);
  assertEquals(findBuyerDefaults(alone, "hergele"), undefined);
});

Deno.test("parseIyzicoBuyerDefaults() says what is missing or wrong, and for whom", () => {
  const { city: _, ...withoutCity } = BUYER_DEFAULTS;
  const cases = [
    ["no JSON", "must be JSON"],
    ["[]", "must be JSON"],
    ["{}", "must be JSON"],
    ['{"*":"İstanbul"}', "must be JSON"],
    [JSON.stringify({ "*": withoutCity }), "must say city, each a text (*)"],
    [JSON.stringify({ "*": { ...BUYER_DEFAULTS, city: " " } }), "must say city, each a text (*)"],
    [JSON.stringify({ "*": { ...BUYER_DEFAULTS, zipCode: 34 } }), "must say zipCode"],
    [JSON.stringify({ "*": { ...BUYER_DEFAULTS, identityNumber: "1" } }), "eleven digits"],
    [JSON.stringify({ "*": { ...BUYER_DEFAULTS, ip: "localhost" } }), "an IP address"],
    [JSON.stringify({ hergele: { ...BUYER_DEFAULTS, town: "Göztepe" } }), "town (hergele)"],
  ] as const;
  for (const [text, expected] of cases) {
    const { fault } = parseIyzicoBuyerDefaults(text);
    assert(fault?.includes(expected), `${text}: ${fault}`);
  }
});
