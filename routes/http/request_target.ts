import { getPath } from "hono/utils/url";
import { URL_MAX_LENGTH } from "../contract/limits.ts";
import { type Problem, problem, type ProblemCode } from "../contract/problems.ts";

// Deno makes the URL of a request by putting the Host header before the target, both as they came. A
// Host with a slash, "?" or "#" in it would choose another route or other parameters than the target.
const HOST = /^[\w.~:[\]-]*$/;
const ORIGIN = /^https?:\/\/[\w.~:[\]-]*\//;

/** Paths that lead to no route: a target has no fragment (RFC 9112, section 3.2). */
const REFUSED = new Map<string, ProblemCode>([
  ["/#long", "uri_too_long"],
  ["/#malformed", "malformed_request"],
]);

/** The path that chooses the route of a request; a wrong target gets one that leads to its refusal. */
export function toRoutePath(request: Request): string {
  return findRefusedPath(request) ?? getPath(request);
}

/** What was wrong with the target of a request that {@linkcode toRoutePath} gave this path. */
export function findTargetProblem(path: string): Problem | undefined {
  const code = REFUSED.get(path);
  return code && problem(code);
}

function findRefusedPath({ url, headers }: Request): string | undefined {
  if (url.length > URL_MAX_LENGTH) return "/#long";
  const host = headers.get("host");
  const isTarget = ORIGIN.test(url) && !url.includes("#") && (host === null || HOST.test(host));
  return isTarget ? undefined : "/#malformed";
}
