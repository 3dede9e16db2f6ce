import type { AccountId } from "../account.ts";
import type { Caller } from "../auth.ts";

/** What an idempotency key belongs to, within an account. */
export interface KeyScope {
  readonly operation: string;
  readonly by: Caller["kind"];
}

/** Fast hashes, keyed and plain, of what a request brings. */
export interface Digests {
  /** SHA-256 of a secret of full entropy (code, token, fleet key), hex. */
  secret(secret: string): string;
  /** What the chain of entries is made with. */
  chain(text: string): string;
  /** Whether two hex digests are equal, in constant time. */
  equal(first: string, second: string): boolean;
  /** HMAC of a sent one-time code, because eight digits are quickly guessed from a plain hash. */
  sentCode(id: AccountId, code: string): string;
  /**
   * HMAC under which an entry remembers its key. Who asks is part of its scope: with one of the
   * fleet's keys a user could otherwise answer for what the fleet has yet to ask.
   */
  idempotencyKey(scope: KeyScope, key: string): string;
  /** HMAC of the parsed command: shows that two requests are equal, and nothing of what they hold. */
  request(operation: string, parameters: Readonly<Record<string, unknown>>): string;
}
