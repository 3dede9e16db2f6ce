import type { AccountId } from "../../domain/account.ts";
import { accountKey } from "../../domain/account.ts";
import type { ExceededLimit, RateLimit } from "../../domain/ports/rate_limiter.ts";
import type { SignInRefusal } from "../../domain/workflows/auth_codes.ts";
import type { Settings } from "./dependencies.ts";
import { type Problem, problem } from "../contract/problems.ts";

const WINDOW_SECONDS = 60;

/** Lists the general limits on a request: its user's and its fleet's. */
export function listRateLimits(
  settings: Settings,
  id: AccountId,
): readonly RateLimit[] {
  const { user } = settings.requestsPerMinute;
  const limits: RateLimit[] = [];
  if (user > 0) limits.push(toLimit("user", accountKey(id), user));
  limits.push(...listFleetRateLimits(settings, id.filo));
  return limits;
}

/** Lists the general limits on a request that concerns no single user. */
export function listFleetRateLimits(
  { requestsPerMinute: { fleet } }: Settings,
  filo: string,
): readonly RateLimit[] {
  return fleet > 0 ? [toLimit("fleet", filo, fleet)] : [];
}

function toLimit(policy: string, whose: string, limit: number): RateLimit {
  return { policy, key: `${policy}:${whose}`, limit, windowSeconds: WINDOW_SECONDS };
}

/** The answer to a request that is one too many. */
export function refuseRateLimited(exceeded: Omit<ExceededLimit, "key">): Problem {
  const { policy, limit, windowSeconds, retryAfterSeconds } = exceeded;
  return problem("rate_limited", { policy, limit, windowSeconds, retryAfterSeconds });
}

export function toSignInProblem(refusal: SignInRefusal): Problem {
  return refusal.code === "rate_limited"
    ? refuseRateLimited(refusal.exceeded)
    : problem(refusal.code);
}
