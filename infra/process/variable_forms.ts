import { Buffer } from "node:buffer";
import { z } from "zod";
import { isTimeZone } from "../../domain/days.ts";
import { isWebhookSecret } from "./webhook_secret.ts";
import { GATEWAY_NAMES, parseCardGateway } from "./gateway_variables.ts";

/** The forms that the values of variables have. A message continues a sentence that begins with the variable. */

export const cardGateway = z.string().transform((text, context) => {
  const names = parseCardGateway(text);
  if (names !== undefined) return names;
  const form = `must be one of ${GATEWAY_NAMES.join(", ")}, or fleet:gateway,… for each fleet`;
  context.addIssue({ code: "custom", message: form });
  return z.NEVER;
});

export const flag = z.enum(["true", "false"], "must be true or false").transform((text) =>
  text === "true"
);
export const count = z.string().regex(/^\d{1,9}$/, "must be a whole number").transform(Number);
const key = z.base64("must be base64")
  .transform((text): Uint8Array => new Uint8Array(Buffer.from(text, "base64")))
  .refine((bytes) => bytes.length === 32, "must be 32 bytes in base64");

/** https, or http on this machine. */
function readOrigin(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || (text !== url.origin && text !== `${url.origin}/`)) return undefined;
  // URL accepts an asterisk like any letter, but whoever wrote it meant any host.
  if (url.hostname.includes("*")) return undefined;
  const isLocal = ["localhost", "127.0.0.1", "[::1]"].includes(url.hostname);
  return url.protocol === "https:" || (url.protocol === "http:" && isLocal)
    ? url.origin
    : undefined;
}

const ORIGIN_FORM = "must be https://host, without a path";

export const origin = z.string().transform((text, context): string => {
  const read = readOrigin(text);
  if (read !== undefined) return read;
  context.addIssue({ code: "custom", message: ORIGIN_FORM });
  return z.NEVER;
});

export const origins = z.string().transform((text, context): readonly string[] => {
  const read = text.split(",").map((item) => readOrigin(item.trim()));
  const found = read.filter((one) => one !== undefined);
  if (found.length === read.length) return found;
  context.addIssue({ code: "custom", message: `${ORIGIN_FORM}, several with commas` });
  return z.NEVER;
});

export const timeZone = z.string().refine(isTimeZone, "must be a time zone, as Europe/Istanbul");

/** In the form of Standard Webhooks. */
export const webhookSecret = z.string().refine(
  isWebhookSecret,
  "must be whsec_<base64 of 24 to 64 bytes>",
);

/** The current key, and during a rotation the previous one. */
const FINGERPRINT_KEYS_MAX = 2;

const FLEET = /^[A-Za-z0-9_-]{1,64}:[0-9a-f]{64}(\|[0-9a-f]{64})?$/;
export const fleets = createList(
  "must be name:<SHA-256 hex of the key>[|<second hash>],…",
  (item) => {
    if (!FLEET.test(item)) return undefined;
    const [name = "", hashes = ""] = item.split(":");
    return [name, hashes.split("|")] as const;
  },
);

const NAME = /^[A-Za-z0-9_-]{1,64}$/;
export const fleetNames = createList("must be name,…", (item) => {
  return NAME.test(item) ? [item, item] as const : undefined;
}).transform((names): ReadonlySet<string> => new Set(names.keys()));

export const cardKeys = createList("must be id:<base64 of 32 bytes>,…", (item) => {
  const [id = "", text = ""] = item.split(":");
  const parsed = key.safeParse(text);
  return /^[A-Za-z0-9_-]{1,32}$/.test(id) && parsed.success
    ? [id, parsed.data] as const
    : undefined;
});

const ENCODED = String.raw`(?:[^\s:/?#[\]@%]|%[0-9A-Fa-f]{2})`;
const HOST = String.raw`(?:\[[0-9A-Fa-f:.]+\]|[^\s:/?#[\]@,]+)(?::\d+)?`;
/** Strict about user and password: misread, a part of the password would count as a host. */
const MONGO_URI = new RegExp(
  String.raw`^mongodb(?:\+srv)?://(?:${ENCODED}+(?::${ENCODED}*)?@)?${HOST}(?:,${HOST})*` +
    String.raw`(?:/[^\s?#@]*)?(?:\?[^\s#@]*)?$`,
);
export const mongoUri = z.string().regex(
  MONGO_URI,
  "must be mongodb[+srv]://user:password@host…, with : / ? # [ ] @ % in user and password percent-encoded",
);

export const fingerprintKeys = z.string().transform((text, context): readonly Uint8Array[] => {
  const read = text.split(",").map((item) => key.safeParse(item.trim()));
  const keys = read.flatMap(({ success, data }) => success ? [data] : []);
  if (keys.length === read.length && keys.length <= FINGERPRINT_KEYS_MAX) return keys;
  context.addIssue({ code: "custom", message: "must be <base64 of 32 bytes>[,<old one>]" });
  return z.NEVER;
});

/** Reads comma-separated pairs, each name once. */
function createList<Value>(
  form: string,
  read: (item: string) => readonly [string, Value] | undefined,
) {
  return z.string().transform((text, context): ReadonlyMap<string, Value> => {
    const items = text.split(",").map((item) => item.trim()).filter((item) => item !== "");
    const pairs = items.map(read).filter((pair) => pair !== undefined);
    const map = new Map(pairs);
    if (map.size === items.length && map.size > 0) return map;
    context.addIssue({ code: "custom", message: form });
    return z.NEVER;
  });
}
