import type { Middleware } from "openapi-fetch";
/** Who asks, and in which language the answers are to be. */
export interface Asking {
    /** The headers that say who asks. */
    readonly headers: Readonly<Record<string, string>>;
}
/** Prepares each request: who asks, a key for each write, and nothing in a URL that need not be there. */
export declare function createMiddleware({ headers }: Asking): Middleware;
/** Makes a key that no other request has. */
export declare function createIdempotencyKey(): string;
