/**
 * How ports fail. A promise of a port rejects with one of these, because of a broken connection, or
 * because of a bug. Anything else that a caller has to handle is in the resolved value.
 *
 * @module
 */

/** There is too much to do, and nothing happened: 503 with Retry-After. */
export class BusyError extends Error {
  override readonly name = "BusyError";
}

/**
 * The store cannot be reached or takes nothing at the moment; every adapter of a store reports it this
 * way. A write that ends so may have happened.
 */
export class StoreUnavailableError extends Error {
  override readonly name = "StoreUnavailableError";

  constructor(cause: Error) {
    super(`The store is not available: ${cause.message}`, { cause });
  }
}

/**
 * What the store keeps of an account contradicts itself, so no command may rest on it. Nothing
 * happened, and nothing will until an operator has looked.
 */
export class StoreInconsistentError extends Error {
  override readonly name = "StoreInconsistentError";

  constructor(readonly account: string, what: string) {
    super(`The store contradicts itself: ${account} ${what}`);
  }
}
