import type { Instant } from "./account.ts";
import type { KeyId, Scope } from "./auth.ts";
import { MINUTE_MILLISECONDS } from "./limits.ts";

/** A key that a fleet made for one of its systems. Of the key itself only the hash is kept. */
export interface NamedKey {
  readonly keyId: KeyId;
  readonly filo: string;
  readonly name: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  readonly expiresAt?: Instant;
  /** To the minute. */
  readonly lastUsedAt?: Instant;
  readonly revokedAt?: Instant;
}

/** Every named key begins with it, so that nobody takes one for a configured key or a session. */
export const NAMED_KEY_PREFIX = "kk_";

const NAMED_KEY = /^kk_[0-9a-f]{64}$/;

/** Whether a text has the form of a named key. No other is looked up. */
export function isNamedKeyText(text: string): boolean {
  return text.startsWith(NAMED_KEY_PREFIX) && NAMED_KEY.test(text);
}

/** Whether a key still opens anything. */
export function isUsable(
  { revokedAt, expiresAt }: Pick<NamedKey, "revokedAt" | "expiresAt">,
  now: Instant,
): boolean {
  return revokedAt === undefined && (expiresAt === undefined || expiresAt > now);
}

/**
 * The minute of a use, if it has to be written down: once a minute, so that a key in steady use costs
 * next to nothing.
 */
export function useToNote(
  { lastUsedAt }: Pick<NamedKey, "lastUsedAt">,
  now: Instant,
): Instant | undefined {
  const minute = now - now % MINUTE_MILLISECONDS;
  return lastUsedAt === undefined || lastUsedAt < minute ? minute : undefined;
}

/** The scopes in one order, each once: so that two requests for the same are the same. */
export function orderScopes(scopes: readonly Scope[], all: readonly Scope[]): readonly Scope[] {
  return all.filter((scope) => scopes.includes(scope));
}
