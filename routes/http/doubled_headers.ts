import { type Problem, problem } from "../contract/problems.ts";

/**
 * Refuses a request that has one of these headers twice. The two arrive as one, joined by a comma,
 * which no value of these headers can contain, except a quoted key.
 */
export function findDoubledHeader(headers: Headers, names: readonly string[]): Problem | undefined {
  const header = names.find((name) => headers.get(name)?.includes(","));
  return header === undefined ? undefined : problem("conflicting_headers", { header });
}
