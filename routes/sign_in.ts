import { z } from "zod";
import { lackingScope } from "../domain/auth.ts";
import { CODE_TTL_SECONDS, SESSION_TTL_SECONDS } from "../domain/limits.ts";
import { type CodeOutcome, createSignIn, type SignIn } from "../domain/workflows/sign_in.ts";
import { authenticate, readBearerToken } from "./http/authenticate.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { definePublicEndpoint, defineSessionEndpoint, type Endpoint } from "./http/endpoint.ts";
import { problem } from "./contract/problems.ts";
import { noteCaller } from "./http/run_endpoint.ts";
import { toSignInProblem } from "./http/rate_limits.ts";
import { refuseUnknownCaller } from "./http/wrong_keys.ts";
import { codeAnswer, sessionAnswer } from "./contract/sign_in_answers.ts";
import { filo, userNo } from "./contract/fields.ts";
import { authCode } from "./contract/person_fields.ts";

/** Signing in: a one-time code first, then the code for a session. */
export function createSignInRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { settings } = dependencies;
  const signIn = createSignIn({ ...dependencies, hasFleet: (filo) => settings.fleets.has(filo) });
  return [
    defineCreateCode(dependencies, signIn),
    defineCreateSession(signIn),
    defineEndSession(dependencies),
  ];
}

function defineCreateCode(dependencies: Dependencies, signIn: SignIn): Endpoint {
  return definePublicEndpoint({
    method: "post",
    path: "/authenticate_first_route",
    operation: "create_code",
    scope: "pay",
    tag: "sign-in",
    summary:
      "Creates a one-time code: answered to the fleet and to whoever knows the authCode, otherwise sent to the user",
    parameters: z.object({ Filo: filo, userNo, authCode: authCode.optional() }),
    headerParameters: ["Filo", "userNo"],
    bearer: "optional_fleet_key",
    answers: { 201: codeAnswer },
    problems: [
      "unauthenticated",
      "authentication_failed",
      "forbidden",
      "user_not_found",
      "account_closed",
      "rate_limited",
      "code_delivery_unavailable",
    ],
  }, async ({ trace, parameters: { Filo: filo, userNo, authCode }, ...facts }) => {
    const { at: now, headers, peer, requestId } = facts;
    const account = { filo, userNo };
    Object.assign(trace, account);
    if (readBearerToken(headers) !== undefined) {
      const caller = await authenticate(dependencies, { headers, filo, now });
      if (caller === undefined) return await refuseUnknownCaller(dependencies, facts);
      if (caller.kind !== "fleet") return problem("unauthenticated");
      noteCaller(caller, trace);
      const scope = lackingScope(caller, "pay");
      if (scope !== undefined) return problem("forbidden", { scope });
      return presentCode(await signIn.createCodeForFleet(account, { authCode, now }));
    }
    const attempt = { account, peer: peer() };
    if (authCode !== undefined) {
      return presentCode(await signIn.createCodeForAuthCode(attempt, { authCode, now }));
    }
    const refusal = await signIn.sendCode(attempt, { requestId, now });
    if (refusal) return toSignInProblem(refusal);
    const body = { expiresIn: CODE_TTL_SECONDS, delivery: "out_of_band" as const };
    return { status: 201, message: "code_sent", body };
  });
}

function defineCreateSession(signIn: SignIn): Endpoint {
  return definePublicEndpoint({
    method: "post",
    path: "/authenticate_second_route",
    operation: "create_session",
    tag: "sign-in",
    summary: "Exchanges the one-time code, which works once, for a session token",
    parameters: z.object({ Filo: filo, userNo }),
    headerParameters: ["Filo", "userNo"],
    bearer: "one_time_code",
    answers: { 201: sessionAnswer },
    problems: ["authentication_failed", "rate_limited"],
    // The code may have been used up without an answer, and then a repeat is refused.
    whenStoreFails: "outcome_unknown",
  }, async ({ trace, parameters: { Filo: filo, userNo }, at: now, headers, peer }) => {
    const account = { filo, userNo };
    Object.assign(trace, account);
    const code = readBearerToken(headers);
    if (code === undefined) return problem("authentication_failed");
    const outcome = await signIn.createSession({ account, peer: peer() }, { code, now });
    if ("refusal" in outcome) return toSignInProblem(outcome.refusal);
    const body = { token: outcome.token, expiresIn: SESSION_TTL_SECONDS };
    return { status: 201, message: "signed_in", body };
  });
}

function defineEndSession({ auth }: Dependencies): Endpoint {
  return defineSessionEndpoint({
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
  });
}

function presentCode(outcome: CodeOutcome) {
  if ("refusal" in outcome) return toSignInProblem(outcome.refusal);
  const { code } = outcome;
  const body = { expiresIn: CODE_TTL_SECONDS, delivery: "response" as const, code };
  return { status: 201, message: "code_created", body } as const;
}
