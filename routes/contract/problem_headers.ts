import type { Problem } from "./problems.ts";

/** The headers of a problem, in addition to those of every answer. */
type ProblemHeaders = Readonly<
  Partial<
    Record<"WWW-Authenticate" | "Retry-After" | "RateLimit-Policy" | "RateLimit", string>
  >
>;

/** What a 415 says about a compressed body: the codings that are accepted (RFC 9110, section 12.5.3). */
export const TAKEN_ENCODINGS = { "Accept-Encoding": "identity" } as const;

/** Which headers a problem has, by its code; their values are its facts. */
export function toProblemHeaders({ code, facts }: Pick<Problem, "code" | "facts">): ProblemHeaders {
  switch (code) {
    case "unauthenticated":
    case "authentication_failed":
      return { "WWW-Authenticate": 'Bearer realm="kese"' };
    case "busy":
    case "outcome_unknown":
      return { "Retry-After": "1" };
    case "rate_limited": {
      // draft-ietf-httpapi-ratelimit-headers: q requests in w seconds; r are left, for t seconds.
      const { policy, limit, windowSeconds, retryAfterSeconds } = facts;
      return {
        "Retry-After": String(retryAfterSeconds),
        "RateLimit-Policy": `"${policy}";q=${limit};w=${windowSeconds}`,
        RateLimit: `"${policy}";r=0;t=${retryAfterSeconds}`,
      };
    }
    default:
      return {};
  }
}
