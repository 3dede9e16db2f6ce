/**
 * The typed client of Kese. It runs on Deno, on Node from version 20, and in browsers.
 *
 * @module
 */

import createClient, { type Client } from "openapi-fetch";
import type { paths } from "../schema.d.ts";
import { createRetryingFetch, type Retrying } from "./retries.ts";
import { createMiddleware } from "./sending.ts";
import type { SessionPaths } from "./session_paths.ts";

export type { components, operations, paths } from "../schema.d.ts";
export { KeseError, orThrow, type Problem, type ProblemCode } from "./problem.ts";
export type { Fetch, Retrying } from "./retries.ts";
export { createIdempotencyKey } from "./sending.ts";
export type { SessionPaths } from "./session_paths.ts";

/** Where Kese is, and how it is asked. */
export interface KeseOptions extends Retrying {
  readonly url: string;
  /** The language of the texts. Default: Turkish. */
  readonly language?: "tr" | "en";
}

/** A fleet asks, for any of its users. Its key belongs on a server. */
export interface FleetOptions extends KeseOptions {
  readonly filo: string;
  readonly key: string;
}

/** A user asks on their own behalf: a session token from /authenticate_second_route. */
export interface SessionOptions extends KeseOptions {
  readonly session: string;
}

/** Kese, asked by a fleet. */
export type Kese = Client<paths>;
/** Kese, asked by a user: `userNo` may be left out. */
export type KeseOfSession = Client<SessionPaths>;

/**
 * Creates a client. Every write carries an `Idempotency-Key`, yours or a new one, and is tried again where
 * that does nothing twice.
 */
export function createKese(options: FleetOptions): Kese;
export function createKese(options: SessionOptions): KeseOfSession;
/** Nobody asks yet: for signing in. */
export function createKese(options: KeseOptions): Kese;
export function createKese(
  options: KeseOptions | FleetOptions | SessionOptions,
): Kese {
  const { url: baseUrl, language } = options;
  const kese = createClient<paths>({
    baseUrl,
    fetch: createRetryingFetch(options),
  });
  kese.use(createMiddleware({
    headers: {
      ...credentialsOf(options),
      ...(language && { "Accept-Language": language }),
    },
  }));
  return kese;
}

function credentialsOf(
  options: KeseOptions | FleetOptions | SessionOptions,
): Record<string, string> {
  if ("session" in options) {
    return { Authorization: `Bearer ${options.session}` };
  }
  if (!("filo" in options)) return {};
  return { Filo: options.filo, Authorization: `Bearer ${options.key}` };
}
