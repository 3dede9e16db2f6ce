import type { AccountId, Instant } from "../account.ts";
import { SESSION_TOKEN_PREFIX } from "../auth.ts";
import {
  CODE_TTL_SECONDS,
  CODE_WINDOW_SECONDS,
  CODES_OUTSTANDING_PER_USER,
  SENT_CODES,
  SESSION_TTL_SECONDS,
  SESSIONS_PER_USER,
  WRONG_CODES,
} from "../limits.ts";
import { refuseClosed } from "../refusals.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { AuthStore, NewCode } from "../ports/auth_store.ts";
import type { CodeSender } from "../ports/code_sender.ts";
import type { Digests } from "../ports/digests.ts";
import type { Ids } from "../ports/ids.ts";
import type { People } from "../ports/people.ts";
import type { SecretHasher } from "../ports/secret_hasher.ts";
import {
  checkAuthCode,
  FAILED,
  findUser,
  type KnownUser,
  type SignInRefusal,
} from "./auth_codes.ts";
import { type Attempt, limitOfUser, limitsAtPeer } from "./code_limits.ts";

interface SignInPorts {
  readonly accounts: Pick<Accounts, "read">;
  readonly people: Pick<People, "authCodeHash">;
  readonly auth: AuthStore;
  readonly codeSender: CodeSender;
  readonly digests: Pick<Digests, "secret" | "sentCode">;
  readonly hasher: Pick<SecretHasher, "verify">;
  readonly ids: Pick<Ids, "secret" | "digits">;
  /** Whether the fleet exists. The users of a removed fleet are unknown. */
  readonly hasFleet: (filo: string) => boolean;
}

/** A one-time code, which the answer to the request holds, or why there is none. */
export type CodeOutcome = { readonly code: string } | { readonly refusal: SignInRefusal };

/** The form of a sent code, which a person types. A code in an answer has 256 bits, which nobody can guess. */
const SENT_CODE = /^\d{8}$/;

/** Signing in: a one-time code, obtained in one of three ways, and then a session for the code. */
export interface SignIn {
  /** For a caller with the fleet key, who may send the authCode too. */
  createCodeForFleet(
    account: AccountId,
    options: { readonly authCode?: string | undefined; readonly now: Instant },
  ): Promise<CodeOutcome>;
  /** For a caller with the authCode. An unknown user is refused like a wrong authCode, in the same time. */
  createCodeForAuthCode(
    attempt: Attempt,
    options: { readonly authCode: string; readonly now: Instant },
  ): Promise<CodeOutcome>;
  /** For a caller with neither: sends the code. Answer and time are the same for an unknown user. */
  sendCode(
    attempt: Attempt,
    options: { readonly requestId: string; readonly now: Instant },
  ): Promise<SignInRefusal | undefined>;
  /** Uses up a code and gives a session token. */
  createSession(
    attempt: Attempt,
    options: { readonly code: string; readonly now: Instant },
  ): Promise<{ readonly token: string } | { readonly refusal: SignInRefusal }>;
}

export function createSignIn(ports: SignInPorts): SignIn {
  const { auth, codeSender, digests, ids, hasFleet } = ports;
  return {
    createCodeForFleet: async (account, { authCode, now }) => {
      const user = await findKnown(account);
      if (user === undefined) return { refusal: { code: "user_not_found" } };
      if (user.isClosed) return { refusal: { code: "account_closed" } };
      if (authCode === undefined) return await createCode(account, now);
      const attempt = { account, peer: undefined };
      return await createCheckedCode(attempt, { user, authCode, now });
    },

    createCodeForAuthCode: async (attempt, { authCode, now }) => {
      const user = await findKnown(attempt.account);
      return await createCheckedCode(attempt, { user, authCode, now });
    },

    sendCode: async (attempt, { requestId, now }) => {
      if (!codeSender.isAvailable()) return { code: "code_delivery_unavailable" };
      const { account } = attempt;
      const exceeded = await auth.count([
        ...limitsAtPeer("sent_codes", SENT_CODES, attempt),
        limitOfUser("sent_codes", SENT_CODES, attempt),
      ], now);
      if (exceeded) return { code: "rate_limited", exceeded };
      const code = ids.digits();
      const codeHash = digests.sentCode(account, code);
      // The limits above bound what one address may send. Codes sent from elsewhere keep nobody from one.
      const most = SENT_CODES.perUserADay;
      const refusal = await keepCode(account, { codeHash, delivery: "out_of_band", now }, most);
      if (refusal) return refusal;
      codeSender.send({ account, code, expiresInSeconds: CODE_TTL_SECONDS, requestId });
      return undefined;
    },

    createSession: async (attempt, { code, now }) => {
      const refusal = SENT_CODE.test(code)
        ? await takeSentCode(attempt, code, now)
        : await takeAnsweredCode(attempt, code, now);
      if (refusal) return { refusal };
      const token = SESSION_TOKEN_PREFIX + ids.secret();
      const tokenHash = digests.secret(token);
      const expiresAt = now + SESSION_TTL_SECONDS * 1_000;
      const session = { account: attempt.account, tokenHash, createdAt: now, expiresAt };
      await auth.addSession(session, SESSIONS_PER_USER);
      // Checked after the session was added, because closing an account first closes it and then ends its sessions.
      const account = await ports.accounts.read(attempt.account);
      if (account && refuseClosed(account) === undefined) return { token };
      await auth.endSession(tokenHash);
      return { refusal: FAILED };
    },
  };

  async function findKnown(id: AccountId): Promise<KnownUser | undefined> {
    return hasFleet(id.filo) ? await findUser(ports, id) : undefined;
  }

  /** Gives a code for an authCode, unless that was changed while it was checked. */
  async function createCheckedCode(
    attempt: Attempt,
    { user, authCode, now }: {
      readonly user: KnownUser | undefined;
      readonly authCode: string;
      readonly now: Instant;
    },
  ): Promise<CodeOutcome> {
    const { account } = attempt;
    const authCodeHash = user?.isClosed ? undefined : user?.authCodeHash;
    const refusal = await checkAuthCode(ports, attempt, { authCode, authCodeHash, now });
    if (refusal) return { refusal };
    const created = await createCode(account, now);
    if ("refusal" in created) return created;
    // Checked after the code was added, because changing an authCode first changes it and then voids waiting codes.
    if (await ports.people.authCodeHash(account) === authCodeHash) return created;
    await take(account, digests.secret(created.code), now);
    return { refusal: FAILED };
  }

  async function createCode(account: AccountId, now: Instant): Promise<CodeOutcome> {
    const code = ids.secret();
    const kept = { codeHash: digests.secret(code), delivery: "response", now } as const;
    const refusal = await keepCode(account, kept, CODES_OUTSTANDING_PER_USER);
    return refusal ? { refusal } : { code };
  }

  /** Keeps a code until it is used or expires, unless `most` of its kind are waiting. */
  async function keepCode(
    account: AccountId,
    code: Omit<NewCode, "expiresAt">,
    most: number,
  ): Promise<SignInRefusal | undefined> {
    const expiresAt = code.now + CODE_TTL_SECONDS * 1_000;
    if (await auth.addCode(account, { ...code, expiresAt }, most)) return undefined;
    const exceeded = {
      policy: "outstanding_codes",
      limit: most,
      windowSeconds: CODE_WINDOW_SECONDS,
      retryAfterSeconds: CODE_TTL_SECONDS,
    };
    return { code: "rate_limited", exceeded };
  }

  /** Eight digits can be guessed, so an attempt is counted before it is checked. */
  async function takeSentCode(
    attempt: Attempt,
    code: string,
    now: Instant,
  ): Promise<SignInRefusal | undefined> {
    const limits = [
      ...limitsAtPeer("wrong_codes", WRONG_CODES, attempt),
      limitOfUser("wrong_codes", WRONG_CODES, attempt),
    ];
    const exceeded = await auth.count(limits, now);
    if (exceeded) return { code: "rate_limited", exceeded };
    if (!await take(attempt.account, digests.sentCode(attempt.account, code), now)) return FAILED;
    await auth.takeBack(limits, now);
    return undefined;
  }

  /** Nobody can guess 256 bits, so a right code is accepted however many wrong ones came before. */
  async function takeAnsweredCode(
    attempt: Attempt,
    code: string,
    now: Instant,
  ): Promise<SignInRefusal | undefined> {
    if (await take(attempt.account, digests.secret(code), now)) return undefined;
    const exceeded = await auth.count(limitsAtPeer("wrong_codes", WRONG_CODES, attempt), now);
    return exceeded ? { code: "rate_limited", exceeded } : FAILED;
  }

  async function take(account: AccountId, codeHash: string, now: Instant): Promise<boolean> {
    return hasFleet(account.filo) && await auth.takeCode(account, codeHash, now);
  }
}
