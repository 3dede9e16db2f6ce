import { checkEnvironments, chooseAccountUrl, type TakenModes } from "../account_urls.ts";
import { type Parsed, parseFleetKeys } from "../fleet_keys.ts";

const NAMES = ["apiKey", "secretKey", "callbackKey", "webhookKey"] as const;
export type CraftgateKeys = Readonly<Record<typeof NAMES[number], string>>;

const URLS = {
  gateway: "Craftgate",
  live: "https://api.craftgate.io",
  sandbox: "https://sandbox-api.craftgate.io",
} as const;

/** Reads `CRAFTGATE_KEYS`: `fleet:apiKey|secretKey|callbackKey|webhookKey,…`. No fault repeats a key. */
export function parseCraftgateKeys(
  text: string,
  takes: TakenModes,
): Parsed<ReadonlyMap<string, CraftgateKeys>> {
  return checkEnvironments(parseFleetKeys(text, NAMES), takes);
}

/** Where requests with these keys go; `url` is what `CRAFTGATE_URL` says. */
export function chooseCraftgateUrl(
  keys: Pick<CraftgateKeys, "apiKey">,
  url: string | undefined,
): Parsed<string> {
  return chooseAccountUrl(URLS, keys, url);
}
