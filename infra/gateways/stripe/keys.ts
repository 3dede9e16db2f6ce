import { modeFault, type TakenModes } from "../account_urls.ts";
import { type Parsed, parseFleetKeys } from "../fleet_keys.ts";

const NAMES = ["secretKey", "webhookSecret"] as const;
export type StripeKeys = Readonly<Record<typeof NAMES[number], string>>;

const URL_OF_STRIPE = "https://api.stripe.com";
/** A secret key, or one whose rights are restricted. */
const SECRET_KEY = /^[sr]k_(live|test)_[A-Za-z0-9_]+$/;
const WEBHOOK_SECRET = /^whsec_/;

/** Reads `STRIPE_KEYS`: `fleet:sk_…|whsec_…,…`. No fault repeats a key. */
export function parseStripeKeys(
  text: string,
  takes: TakenModes,
): Parsed<ReadonlyMap<string, StripeKeys>> {
  const parsed = parseFleetKeys(text, NAMES);
  if (parsed.fault !== undefined) return parsed;
  for (const [fleet, keys] of parsed.value) {
    if (!SECRET_KEY.test(keys.secretKey)) {
      return { fault: `must have a secret key of ${fleet}, which begins with sk_ or rk_` };
    }
    if (!WEBHOOK_SECRET.test(keys.webhookSecret)) {
      return { fault: `must have a webhook secret of ${fleet}, which begins with whsec_` };
    }
    const fault = modeFault(isLive(keys) ? "live" : "test", fleet, takes);
    if (fault !== undefined) return { fault };
  }
  return parsed;
}

/** Whether money moves with these keys. */
export function isLive({ secretKey }: Pick<StripeKeys, "secretKey">): boolean {
  return SECRET_KEY.exec(secretKey)?.[1] === "live";
}

/** Where requests with these keys go; `url` is what `STRIPE_URL` says, for test keys alone. */
export function chooseStripeUrl(
  keys: Pick<StripeKeys, "secretKey">,
  url: string | undefined,
): Parsed<string> {
  if (url === undefined) return { value: URL_OF_STRIPE };
  const origin = URL.parse(url)?.origin;
  if (origin === undefined || ![origin, `${origin}/`].includes(url)) {
    return { fault: `must be an address without a path, such as ${URL_OF_STRIPE}` };
  }
  if (!isLive(keys) || origin === URL_OF_STRIPE) return { value: origin };
  return { fault: `must be ${URL_OF_STRIPE} or unset, because a key in STRIPE_KEYS is a live one` };
}
