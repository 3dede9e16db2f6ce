import { checkEnvironments, chooseAccountUrl, type TakenModes } from "../account_urls.ts";
import { type Parsed, parseFleetKeys } from "../fleet_keys.ts";
import type { IyzicoKeys } from "./signing.ts";

export const IYZICO_LIVE_URL = "https://api.iyzipay.com";
export const IYZICO_SANDBOX_URL = "https://sandbox-api.iyzipay.com";

/** Reads `IYZICO_KEYS`: `fleet:apiKey|secretKey,…`. No fault repeats a key. */
export function parseIyzicoKeys(
  text: string,
  takes: TakenModes,
): Parsed<ReadonlyMap<string, IyzicoKeys>> {
  return checkEnvironments(parseFleetKeys(text, ["apiKey", "secretKey"]), takes);
}

/** Where requests with these keys go; `url` is what `IYZICO_URL` says. */
export function chooseIyzicoUrl(keys: IyzicoKeys, url: string | undefined): Parsed<string> {
  const urls = { gateway: "iyzico", live: IYZICO_LIVE_URL, sandbox: IYZICO_SANDBOX_URL };
  return chooseAccountUrl(urls, keys, url);
}
