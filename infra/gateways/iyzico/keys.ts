import { parseFleetKeys } from "../fleet_keys.ts";
import type { IyzicoKeys } from "./signing.ts";

/** What a variable says, or what is wrong with it: the rest of a sentence that begins with its name. */
export type Parsed<Value> =
  | { readonly value: Value; readonly fault?: never }
  | { readonly fault: string };

export const IYZICO_LIVE_URL = "https://api.iyzipay.com";
export const IYZICO_SANDBOX_URL = "https://sandbox-api.iyzipay.com";

/** Reads `IYZICO_KEYS`: the keys of each fleet. No fault repeats a key. */
export function parseIyzicoKeys(text: string): Parsed<ReadonlyMap<string, IyzicoKeys>> {
  const read = parseFleetKeys(text, ["apiKey", "secretKey"]);
  if ("problem" in read) return { fault: `must be ${read.problem}` };
  for (const [fleet, { apiKey, secretKey }] of read.keys) {
    if (isSandbox(apiKey) !== isSandbox(secretKey)) {
      return { fault: `must have both keys of ${fleet} from the same environment` };
    }
  }
  return { value: read.keys };
}

/**
 * Where requests with these keys go: the sandbox's keys to the sandbox, live keys to iyzico itself.
 * `IYZICO_URL` may name another place for the sandbox's keys alone, such as a server of one's own.
 */
export function chooseIyzicoUrl({ apiKey }: IyzicoKeys, url: string | undefined): Parsed<string> {
  const usual = isSandbox(apiKey) ? IYZICO_SANDBOX_URL : IYZICO_LIVE_URL;
  if (url === undefined) return { value: usual };
  const origin = URL.parse(url)?.origin;
  if (origin === undefined || url.replace(/\/+$/, "") !== origin) {
    return { fault: `must be an address without a path, such as ${usual}` };
  }
  if (isSandbox(apiKey)) {
    return origin === IYZICO_LIVE_URL
      ? {
        fault: "must not be iyzico's live address, because a key in IYZICO_KEYS is the sandbox's",
      }
      : { value: origin };
  }
  return origin === IYZICO_LIVE_URL ? { value: origin } : {
    fault: `must be ${IYZICO_LIVE_URL} or unset, because a key in IYZICO_KEYS is a live one`,
  };
}

function isSandbox(key: string): boolean {
  return key.startsWith("sandbox-");
}
