import { z } from "zod";
import type { AccountId } from "../domain/account.ts";
import { SESSION_TOKEN_PREFIX } from "../domain/auth.ts";
import {
  CODE_TTL_SECONDS,
  CODE_WINDOW_SECONDS,
  CODES_OUTSTANDING_PER_USER,
  SENT_CODES,
  SESSION_TTL_SECONDS,
  SESSIONS_PER_USER,
  WRONG_CODES,
} from "../domain/limits.ts";
import { BusyError } from "../domain/ports/errors.ts";
import type { NewCode } from "../domain/ports/auth_store.ts";
import { authenticate, bearerToken } from "./http/authenticate.ts";
import { type Attempt, limitOfUser, limitsAtPeer } from "./http/code_limits.ts";
import type { Dependencies } from "./http/dependencies.ts";
import {
  type Endpoint,
  publicEndpoint,
  type RequestFacts,
  sessionEndpoint,
} from "./http/endpoint.ts";
import { type Problem, problem } from "./contract/problems.ts";
import { rateLimited } from "./http/rate_limits.ts";
import { unknownCaller } from "./http/wrong_keys.ts";
import { codeAnswer, sessionAnswer } from "./contract/answers.ts";
import { authCode, filo, userNo } from "./contract/fields.ts";

/** What a code looks like that a person types. Those in an answer are 256 bits, which nobody guesses. */
const SENT_CODE = /^\d{8}$/;

/** Signing in: a one-time code first, then the code for a session. */
export function signInRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { auth, codeSender, digests, hasher, ids, settings } = dependencies;

  return [
    publicEndpoint({
      method: "post",
      path: "/authenticate_first_route",
      operation: "create_code",
      tag: "sign-in",
      summary:
        "Creates a one-time code: answered to the fleet and to who knows the authCode, else sent to the user",
      parameters: z.object({ Filo: filo, userNo, authCode: authCode.optional() }),
      headerParameters: ["Filo", "userNo"],
      bearer: "optional_fleet_key",
      answers: { 201: codeAnswer },
      problems: [
        "unauthenticated",
        "authentication_failed",
        "user_not_found",
        "rate_limited",
        "code_delivery_unavailable",
      ],
    }, async ({ trace, parameters: { Filo: filo, userNo, authCode }, ...facts }) => {
      const id = { filo, userNo };
      Object.assign(trace, { filo, userNo });
      const byFleet = bearerToken(facts.headers) !== undefined;
      if (byFleet) {
        const caller = await authenticate(dependencies, {
          headers: facts.headers,
          filo,
          now: facts.at,
        });
        if (caller === undefined) return await unknownCaller(dependencies, facts);
        if (caller.kind !== "fleet") return problem("unauthenticated");
        trace.who = "fleet";
      }
      if (!byFleet && authCode === undefined) return await sendCode(id, facts);
      const authCodeHash = await authCodeHashOf(id);
      if (byFleet && authCodeHash === undefined) return problem("user_not_found");
      if (authCode !== undefined) {
        const attempt = { account: id, peer: byFleet ? undefined : facts.peer() };
        const proof = { authCode, authCodeHash, now: facts.at };
        const refusal = await checkAuthCode(attempt, proof);
        if (refusal) return refusal;
      }
      const code = ids.secret();
      const waits = await addCode(id, {
        codeHash: digests.secret(code),
        delivery: "response",
        now: facts.at,
      });
      if (!waits) return tooManyCodes(CODES_OUTSTANDING_PER_USER);
      const body = { expiresIn: CODE_TTL_SECONDS, delivery: "response" as const, code };
      return { status: 201, message: "code_created", body };
    }),

    publicEndpoint({
      method: "post",
      path: "/authenticate_second_route",
      operation: "create_session",
      tag: "sign-in",
      summary: "Takes the one-time code, once, and gives a session token",
      parameters: z.object({ Filo: filo, userNo }),
      headerParameters: ["Filo", "userNo"],
      bearer: "one_time_code",
      answers: { 201: sessionAnswer },
      problems: ["authentication_failed", "rate_limited"],
      // The code may be taken although no answer says so, and then a repeat is refused.
      whenStoreFails: "outcome_unknown",
    }, async ({ trace, parameters: { Filo: filo, userNo }, at: now, headers, peer }) => {
      const account = { filo, userNo };
      Object.assign(trace, account);
      const code = bearerToken(headers);
      if (code === undefined) return problem("authentication_failed");
      const attempt = { account, peer: peer() };
      const refusal = SENT_CODE.test(code)
        ? await takeSentCode(attempt, code, now)
        : await takeAnsweredCode(attempt, code, now);
      if (refusal) return refusal;
      const token = SESSION_TOKEN_PREFIX + ids.secret();
      const expiresAt = now + SESSION_TTL_SECONDS * 1_000;
      const session = { account, tokenHash: digests.secret(token), createdAt: now, expiresAt };
      await auth.addSession(session, SESSIONS_PER_USER);
      return { status: 201, message: "signed_in", body: { token, expiresIn: SESSION_TTL_SECONDS } };
    }),

    sessionEndpoint({
      method: "post",
      path: "/logout",
      operation: "end_session",
      tag: "sign-in",
      summary: "Ends the session",
      parameters: z.object({}),
      answers: { 204: null },
      problems: [],
      // The session may have ended, and then a repeat is refused.
      whenStoreFails: "outcome_unknown",
    }, async ({ caller }) => {
      await auth.endSession(caller.tokenHash);
      return { status: 204, body: null };
    }),
  ];

  /** Nobody of a fleet that was removed is known any more. */
  async function authCodeHashOf(id: AccountId): Promise<string | undefined> {
    return settings.fleets.has(id.filo) ? await auth.authCodeHash(id) : undefined;
  }

  async function checkAuthCode(
    attempt: Attempt,
    { authCode, authCodeHash, now }: {
      readonly authCode: string;
      readonly authCodeHash: string | undefined;
      readonly now: number;
    },
  ): Promise<Problem | undefined> {
    // Counted before it is looked at: guesses that arrive together must not all be looked at. What
    // comes from elsewhere does not count here, so it keeps nobody from proving who they are.
    const limits = limitsAtPeer("wrong_codes", WRONG_CODES, attempt);
    const exceeded = await auth.count(limits, now);
    if (exceeded) return rateLimited(exceeded);
    try {
      if (!await hasher.verify(authCode, authCodeHash, attempt.peer)) {
        return problem("authentication_failed");
      }
    } catch (error) {
      if (error instanceof BusyError) await auth.takeBack(limits, now);
      throw error;
    }
    await auth.takeBack(limits, now);
    return undefined;
  }

  /** Sends a code to the user. Until the answer all is the same, whether there is such a user or not. */
  async function sendCode(
    account: AccountId,
    { at: now, peer, requestId }: Pick<RequestFacts, "at" | "peer" | "requestId">,
  ) {
    if (!codeSender.isAvailable()) return problem("code_delivery_unavailable");
    const attempt = { account, peer: peer() };
    const exceeded = await auth.count([
      ...limitsAtPeer("sent_codes", SENT_CODES, attempt),
      limitOfUser("sent_codes", SENT_CODES, attempt),
    ], now);
    if (exceeded) return rateLimited(exceeded);
    const code = ids.digits();
    const codeHash = digests.sentCode(account, code);
    // The limits above let as many wait as one address may have sent; another's keep nobody from one.
    const waits = await addCode(account, { codeHash, delivery: "out_of_band", now });
    if (!waits) return tooManyCodes(SENT_CODES.perUserADay);
    codeSender.send({ account, code, expiresInSeconds: CODE_TTL_SECONDS, requestId });
    const body = { expiresIn: CODE_TTL_SECONDS, delivery: "out_of_band" as const };
    return { status: 201, message: "code_sent", body } as const;
  }

  function addCode(account: AccountId, code: Omit<NewCode, "expiresAt">): Promise<boolean> {
    const expiresAt = code.now + CODE_TTL_SECONDS * 1_000;
    const most = code.delivery === "response" ? CODES_OUTSTANDING_PER_USER : SENT_CODES.perUserADay;
    return auth.addCode(account, { ...code, expiresAt }, most);
  }

  /** Eight digits can be guessed, so they are counted before they are looked at. */
  async function takeSentCode(
    attempt: Attempt,
    code: string,
    now: number,
  ): Promise<Problem | undefined> {
    const limits = [
      ...limitsAtPeer("wrong_codes", WRONG_CODES, attempt),
      limitOfUser("wrong_codes", WRONG_CODES, attempt),
    ];
    const exceeded = await auth.count(limits, now);
    if (exceeded) return rateLimited(exceeded);
    if (!await take(attempt.account, digests.sentCode(attempt.account, code), now)) {
      return problem("authentication_failed");
    }
    await auth.takeBack(limits, now);
    return undefined;
  }

  /** Nobody guesses 256 bits: a right code is let in however many wrong ones came. */
  async function takeAnsweredCode(
    attempt: Attempt,
    code: string,
    now: number,
  ): Promise<Problem | undefined> {
    if (await take(attempt.account, digests.secret(code), now)) return undefined;
    const exceeded = await auth.count(limitsAtPeer("wrong_codes", WRONG_CODES, attempt), now);
    return exceeded ? rateLimited(exceeded) : problem("authentication_failed");
  }

  async function take(account: AccountId, codeHash: string, now: number): Promise<boolean> {
    return settings.fleets.has(account.filo) && await auth.takeCode(account, codeHash, now);
  }
}

function tooManyCodes(limit: number): Problem {
  return rateLimited({
    policy: "outstanding_codes",
    limit,
    windowSeconds: CODE_WINDOW_SECONDS,
    retryAfterSeconds: CODE_TTL_SECONDS,
  });
}
