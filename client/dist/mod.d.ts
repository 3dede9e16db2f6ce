/**
 * The typed client of Kese. It runs on Deno, on Node from version 20, and in browsers.
 *
 * @module
 */
import { type Client } from "openapi-fetch";
import type { paths } from "../schema.d.ts";
import { type Retrying } from "./retries.js";
import type { SessionPaths } from "./session_paths.js";
export type { components, operations, paths } from "../schema.d.ts";
export { KeseError, orThrow, type Problem, type ProblemCode } from "./problem.js";
export type { Fetch, Retrying } from "./retries.js";
export { createIdempotencyKey } from "./sending.js";
export type { SessionPaths } from "./session_paths.js";
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
export declare function createKese(options: FleetOptions): Kese;
export declare function createKese(options: SessionOptions): KeseOfSession;
/** Nobody asks yet: for signing in. */
export declare function createKese(options: KeseOptions): Kese;
