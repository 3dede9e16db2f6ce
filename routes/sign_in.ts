import { z } from "zod";
import type { AccountId } from "../domain/account.ts";
import { SESSION_TOKEN_PREFIX } from "../domain/auth.ts";
import {
  CODE_TTL_SECONDS,
  CODE_WINDOW_SECONDS,
  CODES_OUTSTANDING_PER_USER,
  SENT_CODES_PER_PEER,
  SENT_CODES_PER_USER,
  SESSION_TTL_SECONDS,
  SESSIONS_PER_USER,
  WRONG_CODES_PER_PEER,
  WRONG_CODES_PER_USER,
} from "../domain/limits.ts";
import { authenticate, bearerToken } from "./authenticate.ts";
import { type CodeAttempt, createCodeCounter } from "./code_counter.ts";
import type { Dependencies } from "./dependencies.ts";
import { type Endpoint, publicEndpoint, type RequestFacts, sessionEndpoint } from "./endpoint.ts";
import { type Problem, problem } from "./problems.ts";
import { rateLimited } from "./rate_limits.ts";
import { codeAnswer, sessionAnswer } from "./schemas/answers.ts";
import { authCode, filo, userNo } from "./schemas/fields.ts";

const WRONG_CODES = {
  policy: "wrong_codes",
  perUser: WRONG_CODES_PER_USER,
  perPeer: WRONG_CODES_PER_PEER,
};
const SENT_CODES = {
  policy: "sent_codes",
  perUser: SENT_CODES_PER_USER,
  perPeer: SENT_CODES_PER_PEER,
};

/** Signing in: a one-time code first, then the code for a session. */
export function signInRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { auth, codeSender, digests, hasher, ids, log } = dependencies;
  const counter = createCodeCounter(auth);

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
        if (caller?.kind !== "fleet") return problem("unauthenticated");
        trace.who = "fleet";
      }
      const authCodeHash = await auth.authCodeHash(id);
      if (byFleet && authCodeHash === undefined) return problem("user_not_found");
      if (authCode !== undefined) {
        const peer = byFleet ? undefined : facts.peer();
        const attempt = { account: id, peer, now: facts.at };
        const refusal = await checkAuthCode(attempt, { authCode, authCodeHash });
        if (refusal) return refusal;
      }
      if (!byFleet && authCode === undefined) {
        return await sendCode(id, authCodeHash !== undefined, facts);
      }
      const code = await newCode(id, "response", facts);
      if (code === undefined) return tooManyCodes();
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
      if (!await auth.takeCode(account, digests.secret(code), now)) {
        // A right code is let in however many wrong ones came: nobody guesses 256 bits, and whoever
        // sends wrong codes in another's name must not keep him out.
        const { exceeded } = await counter.count(WRONG_CODES, { account, peer: peer(), now });
        return exceeded ? rateLimited(exceeded) : problem("authentication_failed");
      }
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

  async function checkAuthCode(
    attempt: CodeAttempt,
    { authCode, authCodeHash }: {
      readonly authCode: string;
      readonly authCodeHash: string | undefined;
    },
  ): Promise<Problem | undefined> {
    // Counted before it is looked at: guesses that arrive together must not all be looked at.
    const { exceeded, takeBack } = await counter.count(WRONG_CODES, attempt);
    if (exceeded) return rateLimited(exceeded);
    if (!await hasher.verify(authCode, authCodeHash)) return problem("authentication_failed");
    await takeBack();
    return undefined;
  }

  /** Sends a code to the user himself. Nothing in the answer tells whether he exists. */
  async function sendCode(
    account: AccountId,
    exists: boolean,
    facts: Pick<RequestFacts, "at" | "peer" | "requestId">,
  ) {
    const sent = await counter.count(SENT_CODES, { account, peer: facts.peer(), now: facts.at });
    if (sent.exceeded) return rateLimited(sent.exceeded);
    const code = await newCode(account, "out_of_band", facts);
    if (code === undefined) return tooManyCodes();
    // Not awaited, for the time that sending takes would tell that there is someone to send to.
    if (exists) {
      codeSender.send(account, code)
        .catch((error) => log.error("code_not_sent", { requestId: facts.requestId, error }));
    }
    const body = { expiresIn: CODE_TTL_SECONDS, delivery: "out_of_band" as const };
    return { status: 201, message: "code_sent", body } as const;
  }

  /** A code that waits to be taken; undefined when five of that delivery wait already. */
  async function newCode(
    account: AccountId,
    delivery: "response" | "out_of_band",
    { at: now }: Pick<RequestFacts, "at">,
  ): Promise<string | undefined> {
    const code = ids.secret();
    const expiresAt = now + CODE_TTL_SECONDS * 1_000;
    const waiting = { codeHash: digests.secret(code), delivery, now, expiresAt };
    return await auth.addCode(account, waiting, CODES_OUTSTANDING_PER_USER) ? code : undefined;
  }
}

function tooManyCodes(): Problem {
  return rateLimited({
    policy: "outstanding_codes",
    limit: CODES_OUTSTANDING_PER_USER,
    windowSeconds: CODE_WINDOW_SECONDS,
    retryAfterSeconds: CODE_TTL_SECONDS,
  });
}
