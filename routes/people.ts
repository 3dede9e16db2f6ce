import { z } from "zod";
import { type Account, isErased } from "../domain/account.ts";
import { unexpiredHolds } from "../domain/available.ts";
import type { Profile } from "../domain/auth.ts";
import { refuseClosed } from "../domain/refusals.ts";
import { changeAuthCode } from "../domain/workflows/auth_codes.ts";
import { userNo } from "./contract/fields.ts";
import {
  authCode,
  birthDate,
  currentAuthCode,
  email,
  personalText,
  phoneNumber,
} from "./contract/person_fields.ts";
import { messageAnswer } from "./contract/answer_parts.ts";
import { personAnswer, sessionsEndedAnswer } from "./contract/account_answers.ts";
import { toProfile, toStatus } from "./contract/present_account.ts";
import { toInstant } from "./contract/instant.ts";
import { listErrors, type Problem, problem, toProblem } from "./contract/problems.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { type AccountRequest, defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toSignInProblem } from "./http/rate_limits.ts";

const PROFILE = {
  name: personalText.optional(),
  surname: personalText.optional(),
  birthDate: birthDate.optional(),
  phoneNumber: phoneNumber.optional(),
  email: email.optional(),
};
type ProfileField = keyof typeof PROFILE;
const FIELDS = Object.keys(PROFILE) as readonly ProfileField[];
/** What users may change themselves: telephone and e-mail. */
const OWN_FIELDS: readonly ProfileField[] = ["phoneNumber", "email"];

/** What is kept of a person, and what they sign in with. */
export function createPeopleRoutes(dependencies: Dependencies): readonly Endpoint[] {
  return [
    defineGetUser(dependencies),
    defineChangeUser(dependencies),
    defineChangeAuthCode(dependencies),
    defineEndSessions(dependencies),
  ];
}

function defineGetUser(dependencies: Dependencies): Endpoint {
  const { accounts, people } = dependencies;
  return defineAccountEndpoint("fleet_or_session", {
    method: "get",
    path: "/kullanici",
    operation: "get_user",
    scope: "read",
    tag: "users",
    summary: "Shows a user's profile, status, and how much is kept of them",
    parameters: z.object({ userNo }),
    answers: { 200: personAnswer },
    problems: ["user_not_found"],
  }, async (request) => {
    const { account: id } = request;
    const [account, profile] = await Promise.all([accounts.read(id), people.find(id)]);
    if (account === undefined || isErased(account) || profile === undefined) {
      return problem("user_not_found");
    }
    const body = await toPerson(dependencies, { account, profile, at: request.at });
    return { status: 200, message: "user_found", body };
  });
}

function defineChangeUser(dependencies: Dependencies): Endpoint {
  const { accounts, people } = dependencies;
  return defineAccountEndpoint("fleet_or_session", {
    method: "put",
    path: "/kullanici",
    operation: "change_user",
    scope: "adjust",
    tag: "users",
    summary: "Changes a user's profile; a session changes its phoneNumber and email alone",
    parameters: z.object({ userNo, ...PROFILE }),
    answers: { 200: personAnswer },
    problems: ["user_not_found", "account_closed"],
    listsInvalidFields: true,
    // It may be changed, and the answer to it lost.
    whenStoreFails: "outcome_unknown",
  }, async ({ account: id, at, caller, parameters, trace }) => {
    const { userNo: _, ...changes } = parameters;
    const named = FIELDS.filter((name) => changes[name] !== undefined);
    const own = caller.kind === "session" ? OWN_FIELDS : FIELDS;
    const refusal = refuseFields(named, own);
    if (refusal) return refusal;
    const account = await accounts.read(id);
    const closed = account && refuseClosed(account);
    if (closed) return toProblem(closed);
    const given = Object.fromEntries(named.map((name) => [name, changes[name]]));
    const profile = account && await people.change(id, given);
    if (account === undefined || profile === undefined) return problem("user_not_found");
    trace.fields = named.join(",");
    const body = await toPerson(dependencies, { account, profile, at });
    return { status: 200, message: "user_changed", body };
  });
}

function refuseFields(
  named: readonly ProfileField[],
  own: readonly ProfileField[],
): Problem | undefined {
  if (named.length === 0) {
    return listErrors(
      "validation_failed",
      own.map((field) => ({ field, code: "missing_parameter" })),
    );
  }
  const others = named.filter((name) => !own.includes(name));
  if (others.length === 0) return undefined;
  return listErrors("forbidden", others.map((field) => ({ field, code: "forbidden" })));
}

function defineChangeAuthCode(dependencies: Dependencies): Endpoint {
  return defineAccountEndpoint("fleet_or_session", {
    method: "put",
    path: "/kullanici/auth-kodu",
    operation: "change_auth_code",
    scope: "adjust",
    tag: "users",
    summary:
      "Replaces the authCode and ends every other session; a session sends currentAuthCode too",
    parameters: z.object({ userNo, authCode, currentAuthCode: currentAuthCode.optional() }),
    secretParameters: ["authCode", "currentAuthCode"],
    answers: { 200: messageAnswer },
    problems: ["authentication_failed", "user_not_found", "account_closed", "rate_limited"],
    // A session's repeat names an authCode that may no longer be the current one.
    whenStoreFails: "outcome_unknown",
  }, async ({ account, at: now, caller, parameters, peer, trace }) => {
    const { authCode, currentAuthCode } = parameters;
    const isSession = caller.kind === "session";
    if (isSession && currentAuthCode === undefined) {
      const error = { field: "currentAuthCode", code: "missing_parameter" };
      return listErrors("missing_parameter", [error]);
    }
    const attempt = { account, peer: isSession ? peer() : undefined };
    const keptTokenHash = isSession ? caller.tokenHash : undefined;
    const change = { authCode, currentAuthCode, keptTokenHash, now };
    const refusal = await changeAuthCode(dependencies, attempt, change);
    if (refusal) return toSignInProblem(refusal);
    trace.fields = "authCode";
    return { status: 200, message: "auth_code_changed", body: {} };
  });
}

function defineEndSessions({ accounts, auth }: Dependencies): Endpoint {
  return defineAccountEndpoint("fleet_or_session", {
    method: "delete",
    path: "/oturumlar",
    operation: "end_sessions",
    scope: "adjust",
    tag: "sign-in",
    summary: "Ends every session of a user, the asking one included, and voids waiting codes",
    parameters: z.object({ userNo }),
    answers: { 200: sessionsEndedAnswer },
    problems: ["user_not_found"],
    // A session's repeat is refused once it has ended.
    whenStoreFails: "outcome_unknown",
  }, async ({ account: id }) => {
    if (await accounts.read(id) === undefined) return problem("user_not_found");
    const ended = await auth.endSessions(id);
    return { status: 200, message: "sessions_ended", body: { ended } };
  });
}

/** A profile with what the account adds to it. */
async function toPerson(
  { journal }: Pick<Dependencies, "journal">,
  { account, profile, at }: {
    readonly account: Account;
    readonly profile: Profile;
    readonly at: AccountRequest<unknown>["at"];
  },
) {
  const { entries: [opened] } = await journal.list(account.id, { limit: 1, beforeSeq: 2 });
  if (opened === undefined) throw new Error("Cannot show a user: their journal has no beginning");
  return {
    userNo: account.id.userNo,
    status: toStatus(account),
    ...toProfile(profile),
    createdAt: toInstant(opened.at),
    counts: {
      cards: account.cards.length,
      entries: account.seq,
      openHolds: unexpiredHolds(account, at).length,
      openTopUps: account.openTopUps.length,
    },
  };
}
