/**
 * What a port says when it cannot. Every promise of a port that rejects is one of these, a broken
 * connection or a bug; whatever else a caller has to deal with is in the resolved value.
 *
 * @module
 */

/** Nothing happened, because there is too much to do: 503 with Retry-After. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/**
 * The store cannot be reached, or takes nothing just now. Every adapter of a store says it this way.
 * Of a write it leaves open whether it happened.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  constructor(cause: Error) {
    super(`The store is not available: ${cause.message}`, { cause });
  }
}

/**
 * What the store keeps of an account contradicts itself, so no command may rest on it. Nothing
 * happened; it stays so until somebody has looked.
 */
export class StoreInconsistentError extends Error {
  override readonly name = "StoreInconsistentError";

  constructor(readonly account: string, what: string) {
    super(`The store contradicts itself: ${account} ${what}`);
  }
}
