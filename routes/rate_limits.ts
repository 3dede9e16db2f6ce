import type { AccountId } from "../domain/account.ts";
import { accountKey } from "../domain/account.ts";
import type { ExceededLimit, RateLimit } from "../domain/ports.ts";
import type { Settings } from "./dependencies.ts";
import { type Problem, problem } from "./problems.ts";

/** The general limits of a request: of its user and of its fleet. */
export function rateLimits({ requestsPerMinute }: Settings, id: AccountId): readonly RateLimit[] {
  const limits = [
    {
      policy: "user",
      key: `user:${accountKey(id)}`,
      limit: requestsPerMinute.user,
      windowSeconds: 60,
    },
    { policy: "fleet", key: `fleet:${id.filo}`, limit: requestsPerMinute.fleet, windowSeconds: 60 },
  ];
  return limits.filter(({ limit }) => limit > 0);
}

/** The answer to a request that is one too many. */
export function rateLimited(exceeded: Omit<ExceededLimit, "key">): Problem {
  const { policy, limit, windowSeconds, retryAfterSeconds } = exceeded;
  return problem("rate_limited", { policy, limit, windowSeconds, retryAfterSeconds });
}
