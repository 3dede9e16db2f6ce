import {
  chooseCraftgateUrl,
  type CraftgateKeys,
  parseCraftgateKeys,
} from "../gateways/craftgate/keys.ts";
import type { Parsed } from "../gateways/fleet_keys.ts";
import type { IyzicoBuyerDefaults } from "../gateways/iyzico/buyer.ts";
import { findBuyerDefaults, parseIyzicoBuyerDefaults } from "../gateways/iyzico/buyer_defaults.ts";
import { chooseIyzicoUrl, parseIyzicoKeys } from "../gateways/iyzico/keys.ts";
import type { IyzicoKeys } from "../gateways/iyzico/signing.ts";
import { chooseStripeUrl, parseStripeKeys, type StripeKeys } from "../gateways/stripe/keys.ts";
import type { Variables } from "./env_file.ts";

export const GATEWAY_NAMES = ["sandbox", "iyzico", "craftgate", "stripe"] as const;
export type GatewayName = typeof GATEWAY_NAMES[number];

/** Stands for every fleet, where one gateway is named for all. */
const EVERY_FLEET = "*";

interface Account {
  readonly url: string;
}

/** The gateways of the fleets, with what each needs. By fleet; keys may be there without being used now. */
export interface GatewaySettings {
  readonly iyzico: ReadonlyMap<string, IyzicoKeys & Account & BuyerDefaults>;
  readonly craftgate: ReadonlyMap<string, CraftgateKeys & Account>;
  readonly stripe: ReadonlyMap<string, StripeKeys & Account>;
}

interface BuyerDefaults {
  readonly buyerDefaults: IyzicoBuyerDefaults;
}

/** Reads `sandbox`, or `fleet:gateway,…`; undefined for anything else. */
export function parseCardGateway(text: string): ReadonlyMap<string, GatewayName> | undefined {
  const names = new Map<string, GatewayName>();
  for (const item of text.split(",").map((item) => item.trim())) {
    const [, fleet = EVERY_FLEET, word] = /^(?:([A-Za-z0-9_-]{1,64}):)?([a-z]+)$/.exec(item) ?? [];
    const name = GATEWAY_NAMES.find((one) => one === word);
    if (name === undefined || names.has(fleet) || names.has(EVERY_FLEET)) return undefined;
    if (fleet === EVERY_FLEET && names.size > 0) return undefined;
    names.set(fleet, name);
  }
  return names;
}

/** Reads the variables of the gateways, which have to fit each other. No fault repeats a key. */
export function readGateways(
  given: Variables,
): { readonly settings: GatewaySettings; readonly faults: readonly string[] } {
  const faults: string[] = [];
  const isProduction = given.KESE_ENV !== "development";
  const taken = {
    live: isProduction,
    test: !isProduction || given.ALLOW_SANDBOX_GATEWAY === "true",
  };
  const read = <Value>(name: string, parse: (text: string) => Parsed<Value>): Value | undefined => {
    const text = given[name];
    if (!text) return undefined;
    const parsed = parse(text);
    if (parsed.fault !== undefined) faults.push(`${name} ${parsed.fault}`);
    return parsed.value;
  };
  const withUrls = <Keys>(
    keys: ReadonlyMap<string, Keys> | undefined,
    { name, choose }: {
      readonly name: string;
      readonly choose: (keys: Keys, url: string | undefined) => Parsed<string>;
    },
  ): Map<string, Keys & Account> => {
    const accounts = new Map<string, Keys & Account>();
    const wrong = new Set<string>();
    for (const [fleet, own] of keys ?? []) {
      const { value: url, fault } = choose(own, given[name] || undefined);
      if (fault !== undefined) wrong.add(`${name} ${fault}`);
      else if (url !== undefined) accounts.set(fleet, { ...own, url });
    }
    faults.push(...wrong);
    return accounts;
  };
  const defaults = read("IYZICO_BUYER_DEFAULTS", parseIyzicoBuyerDefaults);
  const iyzicoAccounts = withUrls(read("IYZICO_KEYS", (text) => parseIyzicoKeys(text, taken)), {
    name: "IYZICO_URL",
    choose: chooseIyzicoUrl,
  });
  const iyzico = new Map<string, IyzicoKeys & Account & BuyerDefaults>();
  for (const [fleet, account] of iyzicoAccounts) {
    const buyerDefaults = defaults && findBuyerDefaults(defaults, fleet);
    if (buyerDefaults) iyzico.set(fleet, { ...account, buyerDefaults });
    else faults.push(`IYZICO_BUYER_DEFAULTS has nothing for ${fleet}, and iyzico needs it`);
  }
  const craftgate = withUrls(read("CRAFTGATE_KEYS", (text) => parseCraftgateKeys(text, taken)), {
    name: "CRAFTGATE_URL",
    choose: chooseCraftgateUrl,
  });
  const stripe = withUrls(read("STRIPE_KEYS", (text) => parseStripeKeys(text, taken)), {
    name: "STRIPE_URL",
    choose: chooseStripeUrl,
  });
  const settings = { iyzico, craftgate, stripe };
  if (faults.length === 0) faults.push(...findMissing(given, settings));
  return { settings, faults };
}

/** What the chosen gateways need and do not have. */
function* findMissing(given: Variables, settings: GatewaySettings): Generator<string> {
  const names = parseCardGateway(given.CARD_GATEWAY ?? "");
  if (names === undefined) return;
  const fleets = (given.FLEETS ?? "").split(",").map((item) => item.split(":")[0]?.trim() ?? "");
  for (const fleet of names.keys()) {
    if (fleet !== EVERY_FLEET && !fleets.includes(fleet)) {
      yield `CARD_GATEWAY names ${fleet}, which is not in FLEETS`;
    }
  }
  for (const fleet of fleets) {
    const name = gatewayNameOf(names, fleet);
    if (name === undefined) yield `CARD_GATEWAY has no gateway for ${fleet}`;
    else if (name !== "sandbox" && !settings[name].has(fleet)) {
      yield `${name.toUpperCase()}_KEYS has no keys of ${fleet}, whose CARD_GATEWAY is ${name}`;
    }
  }
  const isReal = [...names.values()].some((name) => name !== "sandbox");
  if (isReal && !given.PUBLIC_URL) {
    yield "PUBLIC_URL is missing: banks send users back to it after 3-D Secure";
  }
  if (isReal && given.KESE_ENV !== "development" && given.PUBLIC_URL?.startsWith("http:")) {
    yield "PUBLIC_URL must be https in production";
  }
}

/** Which gateway a fleet uses. */
export function gatewayNameOf(
  names: ReadonlyMap<string, GatewayName>,
  fleet: string,
): GatewayName | undefined {
  return names.get(fleet) ?? names.get(EVERY_FLEET);
}
