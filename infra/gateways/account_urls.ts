import type { Parsed } from "./fleet_keys.ts";

/** Two places of one gateway: for accounts in which money moves, and for those in which none does. */
export interface AccountUrls {
  /** As messages call it, and as its variables begin: `iyzico`. */
  readonly gateway: string;
  readonly live: string;
  readonly sandbox: string;
}

/** Whether a key belongs to an account in which no money moves. */
export function isOfSandbox(key: string): boolean {
  return key.startsWith("sandbox-");
}

/**
 * Where requests with these keys go: the sandbox's keys to the sandbox, live keys to the gateway itself.
 * The variable for the address may name another place for the sandbox's keys alone, such as a server of
 * one's own.
 */
export function chooseAccountUrl(
  { gateway, live, sandbox }: AccountUrls,
  { apiKey }: { readonly apiKey: string },
  url: string | undefined,
): Parsed<string> {
  const usual = isOfSandbox(apiKey) ? sandbox : live;
  if (url === undefined) return { value: usual };
  const origin = URL.parse(url)?.origin;
  if (origin === undefined || ![origin, `${origin}/`].includes(url)) {
    return { fault: `must be an address without a path, such as ${usual}` };
  }
  if ((origin === live) !== isOfSandbox(apiKey)) return { value: origin };
  const variable = `${gateway.toUpperCase()}_KEYS`;
  return {
    fault: origin === live
      ? `must not be ${gateway}'s live address, because a key in ${variable} is the sandbox's`
      : `must be ${live} or unset, because a key in ${variable} is a live one`,
  };
}

/** Refuses keys of which one is the sandbox's and the other is not. */
export function checkEnvironments<
  Keys extends { readonly apiKey: string; readonly secretKey: string },
>(
  parsed: Parsed<ReadonlyMap<string, Keys>>,
): Parsed<ReadonlyMap<string, Keys>> {
  if (parsed.fault !== undefined) return parsed;
  for (const [fleet, { apiKey, secretKey }] of parsed.value) {
    if (isOfSandbox(apiKey) !== isOfSandbox(secretKey)) {
      return { fault: `must have both keys of ${fleet} from the same environment` };
    }
  }
  return parsed;
}
