/** The routes that take an Idempotency-Key. */
export declare const KEYED_ROUTES: readonly string[];
