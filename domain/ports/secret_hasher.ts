/** The slow salted hash of an authCode. */
export interface SecretHasher {
  /** Rejects with {@linkcode BusyError} when too many wait. */
  hash(secret: string): Promise<string>;
  /**
   * Takes as long without a hash as with one, so that time tells nothing of who exists. `stranger` is
   * the address of a caller whom nobody knows yet: strangers wait in a queue of their own, by address.
   */
  verify(secret: string, hash: string | undefined, stranger?: string): Promise<boolean>;
}
