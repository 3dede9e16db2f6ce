import type { Parsed } from "./fleet_keys.ts";

/** Two places of one gateway: for accounts in which money moves, and for those in which none does. */
export interface AccountUrls {
  /** As messages call it, and as its variables begin: `iyzico`. */
  readonly gateway: string;
  readonly live: string;
  readonly sandbox: string;
}

/** Which keys an instance may use. With test keys no money moves, and with live ones it does. */
export interface TakenModes {
  readonly live: boolean;
  readonly test: boolean;
}

/** What is wrong with a key of that mode; undefined if it is taken. */
export function modeFault(
  mode: keyof TakenModes,
  fleet: string,
  takes: TakenModes,
): string | undefined {
  if (takes[mode]) return undefined;
  return mode === "live"
    ? `must have no live key, such as that of ${fleet}, outside production`
    : `must have no test key, such as that of ${fleet}, in production without ALLOW_SANDBOX_GATEWAY`;
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

/** Refuses keys of the wrong mode, and those of which one is the sandbox's and the other is not. */
export function checkEnvironments<
  Keys extends { readonly apiKey: string; readonly secretKey: string },
>(
  parsed: Parsed<ReadonlyMap<string, Keys>>,
  takes: TakenModes,
): Parsed<ReadonlyMap<string, Keys>> {
  if (parsed.fault !== undefined) return parsed;
  for (const [fleet, { apiKey, secretKey }] of parsed.value) {
    if (isOfSandbox(apiKey) !== isOfSandbox(secretKey)) {
      return { fault: `must have both keys of ${fleet} from the same environment` };
    }
    const fault = modeFault(isOfSandbox(apiKey) ? "test" : "live", fleet, takes);
    if (fault !== undefined) return { fault };
  }
  return parsed;
}
