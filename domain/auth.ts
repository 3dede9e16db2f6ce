import type { AccountId, Instant } from "./account.ts";

/** Personal data of a user. It is stored next to the account, and no rule about money sees it. */
export interface Profile {
  readonly name: string;
  readonly surname: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly phoneNumber: string;
  readonly email: string;
}

/** Where a user can be reached. */
export type Contact = Pick<Profile, "phoneNumber" | "email">;

/** A user who is signed in. Only the hash of their token is kept. */
export interface Session {
  readonly account: AccountId;
  readonly tokenHash: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** What a named key may do. The fleet's configured keys may do everything. */
export const SCOPES = ["read", "pay", "refund", "adjust", "admin"] as const;
export type Scope = typeof SCOPES[number];

/** Identifies a key without revealing it: entries and the audit contain it. */
export type KeyId = `key_${string}`;

/** What a named key says of whoever sends it. */
export interface KeyOfCaller {
  readonly keyId: KeyId;
  readonly scopes: readonly Scope[];
}

/** Who sends a request: a fleet's server, with a configured or a named key, or one of its users. */
export type Caller =
  | { readonly kind: "fleet"; readonly filo: string; readonly key?: KeyOfCaller }
  | { readonly kind: "session"; readonly account: AccountId; readonly tokenHash: string };

/** Every session token begins with it, so that nobody takes one for a fleet key. */
export const SESSION_TOKEN_PREFIX = "ks_";

/** What an entry says of whoever asked for it. */
export function askerOf(caller: Caller): "fleet" | "session" | KeyId {
  return caller.kind === "fleet" && caller.key ? caller.key.keyId : caller.kind;
}

/** The scope that a caller needs and lacks. Scopes do not limit configured keys and sessions. */
export function lackingScope(caller: Caller, needed: Scope | undefined): Scope | undefined {
  if (needed === undefined || caller.kind === "session" || caller.key === undefined) {
    return undefined;
  }
  return caller.key.scopes.includes(needed) ? undefined : needed;
}

/**
 * The account that a caller who names `userNo` may act for: a fleet for any of its users, users for
 * themselves alone. Undefined otherwise, whether or not the named user exists.
 */
export function accountFor(
  caller: Caller,
  named: { userNo: string; filo?: string },
): AccountId | undefined {
  if (caller.kind === "fleet") return { filo: caller.filo, userNo: named.userNo };
  const { account } = caller;
  if (named.userNo !== account.userNo) return undefined;
  if (named.filo !== undefined && named.filo !== account.filo) return undefined;
  return account;
}
