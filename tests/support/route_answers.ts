import { assert, assertEquals, assertMatch } from "@std/assert";
import { assertProblem } from "./answers.ts";
import type { Answer } from "./kese.ts";

/** Ids as the answers write them: a prefix and 26 characters of Crockford's base 32. */
export function assertId(id: unknown, prefix: string): void {
  assertMatch(String(id), new RegExp(`^${prefix}_[0-9A-HJKMNP-TV-Z]{26}$`));
}

/** A success with exactly this body. */
export function assertSuccess(answer: Answer, status: number, body: unknown): void {
  assertEquals(answer.body, body);
  assertEquals(answer.status, status);
  assertEquals(answer.headers.get("content-type"), "application/json");
  assertEquals(answer.headers.get("cache-control"), "no-store");
  assertMatch(answer.headers.get("x-request-id") ?? "", /^[A-Za-z0-9._:-]{1,64}$/);
}

/** A problem, by default a 422, that names these fields with the code of each, in this order. */
export function assertInvalidFields(
  answer: Answer,
  code: string,
  fields: readonly (readonly [field: string, code: string])[],
  status = 422,
): void {
  const { errors = [], ...body } = answer.body ?? {};
  const named = errors.map((error: Record<string, string>) => [error.field, error.code]);
  assertEquals(named, fields);
  for (const { message, field, code: _, ...rest } of errors) {
    assert(typeof message === "string" && message !== "", `${field} has no message`);
    assertEquals(rest, {});
  }
  assertProblem({ ...answer, body }, status, code, {});
}

export interface ExpectedLimit {
  readonly policy: string;
  readonly limit: number;
  readonly windowSeconds: number;
  readonly retryAfterSeconds: number;
}

/** A 429 that tells in its headers which limit it was and when to come again. */
export function assertRateLimited(answer: Answer, expected: ExpectedLimit): void {
  assertProblem(answer, 429, "rate_limited", { ...expected });
  const { policy, limit, windowSeconds, retryAfterSeconds } = expected;
  assertEquals(answer.headers.get("retry-after"), `${retryAfterSeconds}`);
  assertEquals(answer.headers.get("ratelimit-policy"), `"${policy}";q=${limit};w=${windowSeconds}`);
  assertEquals(answer.headers.get("ratelimit"), `"${policy}";r=0;t=${retryAfterSeconds}`);
}
