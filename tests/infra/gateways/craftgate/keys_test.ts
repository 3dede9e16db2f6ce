import { assert, assertEquals } from "@std/assert";
import {
  chooseCraftgateUrl,
  parseCraftgateKeys,
} from "../../../../infra/gateways/craftgate/keys.ts";

const BOTH = { live: true, test: true };
const KEYS = { apiKey: "key-1", secretKey: "secret-2", callbackKey: "cb-3", webhookKey: "wh-4" };

Deno.test("parseCraftgateKeys() reads the keys of each fleet", () => {
  const text = "hergele:key-1|secret-2|cb-3|wh-4, belediye:sandbox-a|sandbox-b|c|d";
  assertEquals(parseCraftgateKeys(text, BOTH), {
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
    const { fault } = parseCraftgateKeys(text, BOTH);
    assert(fault !== undefined && !/key-1|secret-2|cb-3|wh-4/.test(fault), fault);
  });
}

for (const [apiKey, mode] of [["key-1", "live"], ["sandbox-key-1", "test"]] as const) {
  Deno.test(`parseCraftgateKeys() refuses a ${mode} key where it is not taken, and repeats no key`, () => {
    const text = `hergele:${apiKey}|${apiKey}|cb-3|wh-4`;
    const { fault } = parseCraftgateKeys(text, { ...BOTH, [mode]: false });
    assert(fault?.includes(`no ${mode} key`) && !fault.includes(apiKey), fault);
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
