import { accountFor, type Caller } from "../domain/auth.ts";
import { parseIdempotencyKey } from "../domain/idempotency.ts";
import type { Admission } from "./admission.ts";
import { authenticate } from "./authenticate.ts";
import type { Dependencies } from "./dependencies.ts";
import type {
  AnyReply,
  Definition,
  Endpoint,
  RequestCommand,
  RequestFacts,
  Trace,
} from "./endpoint.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { problem, type Read, refused } from "./problems.ts";
import { rateLimited, rateLimits } from "./rate_limits.ts";
import { validate } from "./validate.ts";

/** A request on its way to its handler. */
export interface Run {
  readonly dependencies: Dependencies;
  readonly admission: Admission;
  readonly facts: RequestFacts;
  readonly request: Request;
  readonly path: Readonly<Record<string, string>>;
  readonly trace: Trace;
}

type EndpointOf<Access extends Endpoint["access"]> = Extract<Endpoint, { access: Access }>;

/**
 * Who calls, what he brings, whether he may, whether it is too much, then the handler. The first
 * that refuses is the answer.
 */
export function runEndpoint(run: Run, endpoint: Endpoint): Promise<AnyReply> {
  if (endpoint.access === "public") return runPublic(run, endpoint);
  if (endpoint.access === "session") return runSession(run, endpoint);
  return runAccount(run, endpoint);
}

async function runPublic(run: Run, endpoint: EndpointOf<"public">): Promise<AnyReply> {
  const parameters = await parametersOf(run, endpoint.definition);
  if (!parameters.ok) return parameters.problem;
  return await endpoint.handle({ ...run.facts, parameters: parameters.value, trace: run.trace });
}

async function runSession(run: Run, endpoint: EndpointOf<"session">): Promise<AnyReply> {
  const caller = await callerOf(run);
  if (caller?.kind !== "session") return problem("unauthenticated");
  const parameters = await parametersOf(run, endpoint.definition, caller);
  if (!parameters.ok) return parameters.problem;
  return await endpoint.handle({ ...run.facts, parameters: parameters.value, caller });
}

async function runAccount(
  run: Run,
  endpoint: EndpointOf<"fleet" | "fleet_or_session">,
): Promise<AnyReply> {
  const { dependencies, facts } = run;
  const caller = await callerOf(run);
  if (caller === undefined) return problem("unauthenticated");
  if (endpoint.access === "fleet" && caller.kind === "session") return problem("forbidden");
  const parameters = await parametersOf(run, endpoint.definition, caller);
  if (!parameters.ok) return parameters.problem;
  const account = accountFor(caller, named(parameters.value, facts.headers));
  if (account === undefined) return problem("forbidden");
  run.trace.userNo = account.userNo;
  const limits = rateLimits(dependencies.settings, account);
  const exceeded = limits.length > 0 && await dependencies.limiter.take(limits, facts.at);
  if (exceeded) return rateLimited(exceeded);
  const command = readCommand(run, endpoint.definition, parameters.value);
  if (!command.ok) return command.problem;
  return await endpoint.handle({
    ...facts,
    parameters: parameters.value,
    account,
    command: command.value,
  });
}

async function callerOf({ dependencies, facts, trace }: Run): Promise<Caller | undefined> {
  const { headers, at: now } = facts;
  const caller = await authenticate(dependencies, { headers, now });
  if (caller === undefined) return undefined;
  trace.who = caller.kind;
  if (caller.kind === "fleet") trace.filo = caller.filo;
  // Whoever he names, and however the request ends: this is the user who sent it.
  else Object.assign(trace, caller.account);
  return caller;
}

/** Reads and validates; whom a session names is looked at before anything else about the request. */
async function parametersOf(
  { dependencies, admission, facts, request, path }: Run,
  definition: Definition,
  caller?: Caller,
): Promise<Read<Parameters>> {
  const { allowCardNumberInUrl } = dependencies.settings;
  const given = { ...path, ...headerParameters(definition, facts.headers) };
  const read = await readParameters(request, { admission, given, allowCardNumberInUrl });
  if (!read.ok) return read;
  // A session that names no user means its own, and may still name another's fleet.
  const own = caller?.kind === "session" ? caller.account.userNo : undefined;
  const userNo = typeof read.value.userNo === "string" ? read.value.userNo : own;
  if (caller && userNo !== undefined && !accountFor(caller, named({ userNo }, facts.headers))) {
    return refused(problem("forbidden"));
  }
  return validate(definition, read.value);
}

/** The parameters that may come as headers; header names know no case. */
function headerParameters(
  { headerParameters: names = [] }: Definition,
  headers: Headers,
): Record<string, string> {
  return Object.fromEntries(names.flatMap((name) => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  }));
}

function named(parameters: Parameters, headers: Headers): { userNo: string; filo?: string } {
  const filo = headers.get("filo");
  return { userNo: String(parameters.userNo), ...(filo !== null && { filo }) };
}

/** What the request's commands begin with: when, for which request, and under which key. */
function readCommand(
  { dependencies: { digests }, facts }: Run,
  { method, operation }: Definition,
  parameters: Parameters,
): Read<RequestCommand> {
  const { at, requestId, language } = facts;
  const header = facts.headers.get("idempotency-key");
  if (header === null || method === "get") return { ok: true, value: { at, requestId } };
  const key = parseIdempotencyKey(header);
  if (key === undefined) return refused(problem("invalid_idempotency_key"));
  const keyHash = digests.idempotencyKey(operation, key);
  const fingerprint = digests.request(operation, parameters);
  return { ok: true, value: { at, requestId, idempotency: { keyHash, fingerprint, language } } };
}
