import { isIP } from "node:net";
import type { IyzicoBuyerDefaults } from "./buyer.ts";
import type { Parsed } from "../fleet_keys.ts";

/** For every fleet that has no answers of its own. */
const ANY_FLEET = "*";

const FORM =
  'must be JSON: {"*":{"identityNumber":"…","address":"…","city":"…","country":"…","ip":"…"}}, ' +
  'with a fleet\'s name in place of "*" for its own';

const REQUIRED = ["identityNumber", "address", "city", "country", "ip"] as const;
const OPTIONAL = ["zipCode"] as const;
const TEXT_MAX_LENGTH = 250;

/**
 * Reads `IYZICO_BUYER_DEFAULTS`: what iyzico wants to know of every buyer and Kese does not keep. By
 * fleet; `*` stands for all others. They go to iyzico as they are, so each fleet has to know what it may
 * say: the address of the company for goods that are not sent, its server's address as `ip`.
 */
export function parseIyzicoBuyerDefaults(
  text: string,
): Parsed<ReadonlyMap<string, IyzicoBuyerDefaults>> {
  const byFleet = parseObject(text);
  if (byFleet === undefined || Object.keys(byFleet).length === 0) return { fault: FORM };
  const defaults = new Map<string, IyzicoBuyerDefaults>();
  for (const [fleet, value] of Object.entries(byFleet)) {
    const read = readDefaults(value);
    if (read.fault !== undefined) return { fault: `${read.fault} (${fleet})` };
    defaults.set(fleet, read.value);
  }
  return { value: defaults };
}

/** A fleet's own answers, otherwise those for all; undefined if there are neither. */
export function findBuyerDefaults(
  defaults: ReadonlyMap<string, IyzicoBuyerDefaults>,
  fleet: string,
): IyzicoBuyerDefaults | undefined {
  return defaults.get(fleet) ?? defaults.get(ANY_FLEET);
}

function readDefaults(value: unknown): Parsed<IyzicoBuyerDefaults> {
  if (!isObject(value)) return { fault: FORM };
  const known: readonly string[] = [...REQUIRED, ...OPTIONAL];
  const stranger = Object.keys(value).find((name) => !known.includes(name));
  if (stranger !== undefined) {
    return { fault: `has a name that iyzico is not told: ${stranger.slice(0, 40)}` };
  }
  const read = (name: string) => {
    const text = value[name];
    return typeof text === "string" && text.trim() === text && text !== "" &&
        text.length <= TEXT_MAX_LENGTH
      ? text
      : undefined;
  };
  const [identityNumber, address, city, country, ip] = REQUIRED.map(read);
  const zipCode = read("zipCode");
  if (
    identityNumber === undefined || address === undefined || city === undefined ||
    country === undefined || ip === undefined || (zipCode === undefined && "zipCode" in value)
  ) {
    const missing = known.filter((name) =>
      read(name) === undefined && (name !== "zipCode" || name in value)
    );
    return { fault: `must say ${missing.join(", ")}, each a text` };
  }
  if (!/^\d{11}$/.test(identityNumber)) {
    return { fault: "must have eleven digits as identityNumber" };
  }
  if (isIP(ip) === 0) return { fault: "must have an IP address as ip" };
  return {
    value: {
      identityNumber,
      address,
      city,
      country,
      ip,
      ...(zipCode !== undefined && { zipCode }),
    },
  };
}

function parseObject(text: string): Readonly<Record<string, unknown>> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
