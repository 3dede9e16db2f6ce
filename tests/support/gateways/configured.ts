import { assert } from "@std/assert";
import { type Environment, readEnvironment } from "../../../infra/process/environment.ts";
import { randomKey } from "../both_stores.ts";
import { FLEET, FLEETS } from "../kese.ts";
import { CRAFTGATE_KEYS, openCraftgateFake } from "./craftgate_fake.ts";
import type { FakeOptions } from "./fake.ts";
import { openIyzicoFake } from "./iyzico_fake.ts";
import { BUYER_DEFAULTS, SAMPLE_KEYS } from "./iyzico_keys.ts";
import { openStripeFake, STRIPE_KEYS } from "./stripe_fake.ts";
import type { WireFake } from "./wire.ts";

/** A gateway as an operator configures it, with its protocol played on this machine. */
export interface Configured {
  readonly name: "iyzico" | "craftgate" | "stripe";
  open(options?: FakeOptions): WireFake;
  variables(url: string, fleet?: string): Readonly<Record<string, string>>;
}

export const CONFIGURED: readonly Configured[] = [
  {
    name: "iyzico",
    open: openIyzicoFake,
    variables: (url, fleet = FLEET) => ({
      IYZICO_KEYS: `${fleet}:${Object.values(SAMPLE_KEYS).join("|")}`,
      IYZICO_URL: url,
      IYZICO_BUYER_DEFAULTS: JSON.stringify({ "*": BUYER_DEFAULTS }),
    }),
  },
  {
    name: "craftgate",
    open: openCraftgateFake,
    variables: (url, fleet = FLEET) => ({
      CRAFTGATE_KEYS: `${fleet}:${Object.values(CRAFTGATE_KEYS).join("|")}`,
      CRAFTGATE_URL: url,
    }),
  },
  {
    name: "stripe",
    open: openStripeFake,
    variables: (url, fleet = FLEET) => ({
      STRIPE_KEYS: `${fleet}:${Object.values(STRIPE_KEYS).join("|")}`,
      STRIPE_URL: url,
    }),
  },
];

/** The variables of a development with that gateway, for the tests' fleet. */
export function variablesOf(
  { name, variables }: Configured,
  url: string,
): Readonly<Record<string, string>> {
  return {
    KESE_ENV: "development",
    HOST: "127.0.0.1",
    ...FLEETS,
    CARD_KEYS: `test:${randomKey()}`,
    CARD_FINGERPRINT_KEY: randomKey(),
    PUBLIC_URL: "http://localhost:5000",
    CARD_GATEWAY: name,
    ...variables(url),
  };
}

/** The environment of such a development, read from its variables as main.ts does; `more` come on top. */
export function environmentOf(
  configured: Configured,
  url: string,
  more: Readonly<Record<string, string>> = {},
): Environment {
  const read = readEnvironment({ ...variablesOf(configured, url), ...more });
  assert(read.ok, read.ok ? "" : read.faults.join());
  return read.environment;
}
