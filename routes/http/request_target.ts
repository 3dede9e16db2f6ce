import { type Problem, problem } from "../contract/problems.ts";

export const URL_MAX_LENGTH = 8 * 1024;

// Deno makes a request's URL of the header Host and the target, as they are. A Host with a slash,
// "?" or "#" in it would choose another route or other parameters than the target does.
const HOST = /^[\w.~:[\]-]*$/;
const ORIGIN = /^https?:\/\/[\w.~:[\]-]*\//;

/** What is wrong with where a request is sent to, before anything looks at it closer. */
export function findTargetProblem({ url, headers }: Request): Problem | undefined {
  if (url.length > URL_MAX_LENGTH) return problem("uri_too_long");
  const host = headers.get("host");
  // A target has no fragment (RFC 9112, section 3.2).
  const isTarget = ORIGIN.test(url) && !url.includes("#") && (host === null || HOST.test(host));
  return isTarget ? undefined : problem("malformed_request");
}
