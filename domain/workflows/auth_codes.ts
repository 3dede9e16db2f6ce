import type { AccountId, Instant } from "../account.ts";
import type { Contact } from "../auth.ts";
import { refuseClosed } from "../refusals.ts";
import { WRONG_CODES } from "../limits.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { AuthStore } from "../ports/auth_store.ts";
import { BusyError } from "../ports/errors.ts";
import type { People } from "../ports/people.ts";
import type { ExceededLimit } from "../ports/rate_limiter.ts";
import type { SecretHasher } from "../ports/secret_hasher.ts";
import { type Attempt, limitsAtPeer } from "./code_limits.ts";

/** Why a sign-in is refused, or no code is given. */
export type SignInRefusal =
  | {
    readonly code:
      | "authentication_failed"
      | "user_not_found"
      | "account_closed"
      | "code_delivery_unavailable";
  }
  | { readonly code: "rate_limited"; readonly exceeded: Omit<ExceededLimit, "key"> };

export const FAILED: SignInRefusal = { code: "authentication_failed" };

/** The user of a sign-in. Nobody signs in to a closed account. */
export interface KnownUser {
  readonly isClosed: boolean;
  readonly authCodeHash: string | undefined;
}

export async function findUser(
  { accounts, people }: {
    readonly accounts: Pick<Accounts, "read">;
    readonly people: Pick<People, "authCodeHash">;
  },
  id: AccountId,
): Promise<KnownUser | undefined> {
  const [account, authCodeHash] = await Promise.all([accounts.read(id), people.authCodeHash(id)]);
  return account && { isClosed: refuseClosed(account) !== undefined, authCodeHash };
}

/** Where a user can be reached; nothing is sent to a closed account. */
export async function findContact(
  { accounts, people }: {
    readonly accounts: Pick<Accounts, "read">;
    readonly people: Pick<People, "find">;
  },
  id: AccountId,
): Promise<Contact | undefined> {
  const [account, profile] = await Promise.all([accounts.read(id), people.find(id)]);
  if (account === undefined || refuseClosed(account) || profile === undefined) return undefined;
  const { phoneNumber, email } = profile;
  return { phoneNumber, email };
}

interface AuthCodeCheckPorts {
  readonly auth: Pick<AuthStore, "count" | "takeBack">;
  readonly hasher: Pick<SecretHasher, "verify">;
}

/**
 * Checks an authCode, and counts it if it is wrong. Without a hash it takes as long, so that the time
 * does not tell who exists.
 */
export async function checkAuthCode(
  { auth, hasher }: AuthCodeCheckPorts,
  attempt: Attempt,
  { authCode, authCodeHash, now }: {
    readonly authCode: string;
    readonly authCodeHash: string | undefined;
    readonly now: Instant;
  },
): Promise<SignInRefusal | undefined> {
  // Counted before it is checked, because guesses that arrive together must not all be checked.
  // Attempts from other addresses do not count, so that they cannot lock the user out; nor do wrong codes,
  // because the authCode is what lets a user in when there were too many of those.
  const limits = limitsAtPeer("wrong_auth_codes", WRONG_CODES, attempt);
  const exceeded = await auth.count(limits, now);
  if (exceeded) return { code: "rate_limited", exceeded };
  try {
    if (!await hasher.verify(authCode, authCodeHash, attempt.peer)) return FAILED;
  } catch (error) {
    if (error instanceof BusyError) await auth.takeBack(limits, now);
    throw error;
  }
  await auth.takeBack(limits, now);
  return undefined;
}

interface AuthCodeChangePorts extends AuthCodeCheckPorts {
  readonly accounts: Pick<Accounts, "read">;
  readonly people: Pick<People, "authCodeHash" | "changeAuthCode">;
  readonly auth: Pick<AuthStore, "count" | "takeBack" | "endSessions">;
  readonly hasher: Pick<SecretHasher, "verify" | "hash">;
}

interface AuthCodeChange {
  readonly authCode: string;
  /** Checked if it is given. */
  readonly currentAuthCode?: string | undefined;
  /** The session that stays open. */
  readonly keptTokenHash?: string | undefined;
  readonly now: Instant;
}

/** Replaces an authCode, then ends the other sessions and the codes that wait. */
export async function changeAuthCode(
  ports: AuthCodeChangePorts,
  attempt: Attempt,
  { authCode, currentAuthCode, keptTokenHash, now }: AuthCodeChange,
): Promise<SignInRefusal | undefined> {
  const { account: id } = attempt;
  const user = await findUser(ports, id);
  if (user === undefined) return { code: "user_not_found" };
  if (user.isClosed) return { code: "account_closed" };
  if (currentAuthCode !== undefined) {
    const { authCodeHash } = user;
    const checked = { authCode: currentAuthCode, authCodeHash, now };
    const refusal = await checkAuthCode(ports, attempt, checked);
    if (refusal) return refusal;
  }
  const hash = await ports.hasher.hash(authCode);
  // The user may have been erased since.
  if (!await ports.people.changeAuthCode(id, hash)) return { code: "user_not_found" };
  await ports.auth.endSessions(id, keptTokenHash);
  return undefined;
}
