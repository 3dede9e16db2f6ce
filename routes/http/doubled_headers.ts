import { type Problem, problem } from "../contract/problems.ts";

/**
 * The refusal of a request that brings one of these headers twice. Two arrive as one that is joined
 * by a comma, which none of the values that Kese takes there can hold, a quoted key excepted.
 */
export function findDoubledHeader(headers: Headers, names: readonly string[]): Problem | undefined {
  const header = names.find((name) => headers.get(name)?.includes(","));
  return header === undefined ? undefined : problem("conflicting_headers", { header });
}
