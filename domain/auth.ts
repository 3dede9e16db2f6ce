import type { AccountId, Instant } from "./account.ts";

/** Personal data of a user. It stands beside the account and no money rule sees it. */
export interface Profile {
  readonly name: string;
  readonly surname: string;
  /** YYYY-MM-DD */
  readonly birthDate: string;
  readonly phoneNumber: string;
  readonly email: string;
}

/** Where a person can be reached. */
export type Contact = Pick<Profile, "phoneNumber" | "email">;

/** A signed-in user, by the hash of the token. */
export interface Session {
  readonly account: AccountId;
  readonly tokenHash: string;
  readonly createdAt: Instant;
  readonly expiresAt: Instant;
}

/** Who sends a request: a fleet's server, or one of its users. */
export type Caller =
  | { readonly kind: "fleet"; readonly filo: string }
  | { readonly kind: "session"; readonly account: AccountId; readonly tokenHash: string };

/** Begins every session token, so that nobody takes one for a fleet key. */
export const SESSION_TOKEN_PREFIX = "ks_";

/**
 * The account that a caller may act for when it names `userNo`: a fleet for each of its users, a user
 * for himself alone. Undefined otherwise, whether the named user exists or not.
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
