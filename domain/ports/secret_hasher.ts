/** The slow salted hash of an authCode. */
export interface SecretHasher {
  /** Rejects with {@linkcode BusyError} if too many are waiting. */
  hash(secret: string): Promise<string>;
  /**
   * Takes as long without a hash as with one, so that the time does not tell who exists. `stranger` is
   * the address of a caller who has not proved who they are: such callers wait in queues of their own.
   */
  verify(secret: string, hash: string | undefined, stranger?: string): Promise<boolean>;
}
