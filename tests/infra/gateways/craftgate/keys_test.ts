import { assert, assertEquals } from "@std/assert";
import {
  chooseCraftgateUrl,
  parseCraftgateKeys,
} from "../../../../infra/gateways/craftgate/keys.ts";

const KEYS = { apiKey: "key-1", secretKey: "secret-2", callbackKey: "cb-3", webhookKey: "wh-4" };

Deno.test("parseCraftgateKeys() reads the keys of each fleet", () => {
  const text = "hergele:key-1|secret-2|cb-3|wh-4, belediye:sandbox-a|sandbox-b|c|d";
  assertEquals(parseCraftgateKeys(text), {
    value: new Map([
      ["hergele", KEYS],
      ["belediye", {
        apiKey: "sandbox-a",
        secretKey: "sandbox-b",
        callbackKey: "c",
        webhookKey: "d",
      }],
    ]),
  });
});

const REFUSED = {
  "no text": "",
  "no fleet": "key-1|secret-2|cb-3|wh-4",
  "a key too few": "hergele:key-1|secret-2|cb-3",
  "a key too many": "hergele:key-1|secret-2|cb-3|wh-4|more",
  "an empty key": "hergele:key-1|secret-2||wh-4",
  "a blank in a key": "hergele:key-1|secret-2 |cb-3|wh-4",
  "an invisible character in a key": "hergele:key-1|secret-2\u200b|cb-3|wh-4",
  "a fleet twice": "hergele:key-1|secret-2|cb-3|wh-4,hergele:key-1|secret-2|cb-3|wh-4",
  "keys of two environments": "hergele:sandbox-key-1|secret-2|cb-3|wh-4",
};
for (const [what, text] of Object.entries(REFUSED)) {
  Deno.test(`parseCraftgateKeys() refuses ${what}, and repeats no key`, () => {
    const { fault } = parseCraftgateKeys(text);
    assert(fault !== undefined && !/key-1|secret-2|cb-3|wh-4/.test(fault), fault);
  });
}

const [LIVE, SANDBOX] = ["https://api.craftgate.io", "https://sandbox-api.craftgate.io"];
const URLS = [
  ["key", undefined, LIVE],
  ["key", `${LIVE}/`, LIVE],
  ["key", SANDBOX, undefined],
  ["key", "https://proxy.example", undefined],
  ["sandbox-key", undefined, SANDBOX],
  ["sandbox-key", "http://127.0.0.1:4000", "http://127.0.0.1:4000"],
  ["sandbox-key", LIVE, undefined],
  ["sandbox-key", "nonsense", undefined],
  ["sandbox-key", `${SANDBOX}/path`, undefined],
] as const;
for (const [apiKey, url, chosen] of URLS) {
  Deno.test(`chooseCraftgateUrl() with ${apiKey} and ${url} is ${chosen ?? "a fault"}`, () => {
    const parsed = chooseCraftgateUrl({ apiKey }, url);
    assertEquals(parsed.fault === undefined ? parsed.value : undefined, chosen);
  });
}
