import { SESSION_TOKEN_PREFIX } from "../../domain/auth.ts";
import { isNamedKeyText } from "../../domain/named_key.ts";
import { CODE_WINDOW_SECONDS } from "../../domain/limits.ts";
import { readBearerToken } from "./authenticate.ts";
import type { Dependencies } from "./dependencies.ts";
import type { RequestFacts } from "./endpoint.ts";
import { type Problem, problem } from "../contract/problems.ts";
import { refuseRateLimited } from "./rate_limits.ts";

/** Wrong fleet keys from one address in one window of codes; the right key is always accepted. */
export const WRONG_KEYS_PER_PEER = 50;

/**
 * Refuses a request whose sender is unknown. Wrong fleet keys are limited by address; the right key
 * is still accepted, because a fleet's server may share its address. A session or named key that has
 * ended is not a guess: many may send such tokens from behind one address, and must get 401.
 */
export async function refuseUnknownCaller(
  { limiter }: Pick<Dependencies, "limiter">,
  { headers, peer, at }: Pick<RequestFacts, "headers" | "peer" | "at">,
): Promise<Problem> {
  const token = readBearerToken(headers);
  if (token === undefined || token.startsWith(SESSION_TOKEN_PREFIX) || isNamedKeyText(token)) {
    return problem("unauthenticated");
  }
  const exceeded = await limiter.take([{
    policy: "wrong_keys",
    key: `wrong_keys:${peer()}`,
    limit: WRONG_KEYS_PER_PEER,
    windowSeconds: CODE_WINDOW_SECONDS,
  }], at);
  return exceeded ? refuseRateLimited(exceeded) : problem("unauthenticated");
}
