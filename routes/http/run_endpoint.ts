import { accountFor, type Caller } from "../../domain/auth.ts";
import { parseIdempotencyKey } from "../../domain/idempotency.ts";
import type { Admission } from "./admission.ts";
import { findDoubledHeader } from "./doubled_headers.ts";
import type { KnownParameters } from "./known_parameters.ts";
import { authenticate } from "./authenticate.ts";
import type { Dependencies } from "./dependencies.ts";
import type {
  AnyReply,
  Definition,
  Endpoint,
  RequestCommand,
  RequestFacts,
  SessionCaller,
  Trace,
} from "./endpoint.ts";
import type { Eventually } from "../../domain/ports/eventually.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import { rateLimits, refuseRateLimited } from "./rate_limits.ts";
import { refuseUnknownCaller } from "./wrong_keys.ts";
import { validate } from "./validate.ts";

/** A request on its way to its handler. */
export interface Run {
  readonly dependencies: Dependencies;
  readonly admission: Admission;
  readonly facts: RequestFacts;
  readonly request: Request;
  readonly path: Readonly<Record<string, string>>;
  readonly known: KnownParameters;
  readonly trace: Trace;
}

type EndpointOf<Access extends Endpoint["access"]> = Extract<Endpoint, { access: Access }>;

/** Authenticates, reads, authorizes, limits, then calls the handler. The first refusal is the answer. */
export function runEndpoint(run: Run, endpoint: Endpoint): Promise<AnyReply> {
  const opening = run.dependencies.opening();
  // Health says by itself what is not there.
  if (opening === undefined || endpoint.definition.tag === "health") {
    return runOpened(run, endpoint);
  }
  return opening.then(() => runOpened(run, endpoint));
}

function runOpened(run: Run, endpoint: Endpoint): Promise<AnyReply> {
  if (endpoint.access === "public") return runPublic(run, endpoint);
  if (endpoint.access === "session") return runSession(run, endpoint);
  return runAccount(run, endpoint);
}

async function runPublic(run: Run, endpoint: EndpointOf<"public">): Promise<AnyReply> {
  const { headerParameters = [] } = endpoint.definition;
  const doubled = findDoubledHeader(run.facts.headers, ["Authorization", ...headerParameters]);
  if (doubled) return doubled;
  const read = await readAll(run, endpoint.definition);
  const parameters = await checkParameters(run, read, { definition: endpoint.definition });
  if (!parameters.ok) return parameters.problem;
  return await endpoint.handle({ ...run.facts, parameters: parameters.value, trace: run.trace });
}

async function runSession(run: Run, endpoint: EndpointOf<"session">): Promise<AnyReply> {
  const { definition } = endpoint;
  const caller = noteCaller(await findCaller(run), run.trace);
  if (caller === undefined) return await refuseUnknown(run);
  if (caller.kind !== "session") return problem("unauthenticated");
  const parameters = await checkParameters(run, await readAll(run, definition), {
    definition,
    caller,
  });
  if (!parameters.ok) return parameters.problem;
  return await endpoint.handle({ ...run.facts, parameters: parameters.value, caller });
}

async function runAccount(
  run: Run,
  endpoint: EndpointOf<"fleet" | "fleet_or_session">,
): Promise<AnyReply> {
  const { dependencies, facts } = run;
  const { definition } = endpoint;
  const caller = noteCaller(await findCaller(run), run.trace);
  if (caller === undefined) return await refuseUnknown(run);
  if (endpoint.access === "fleet" && caller.kind === "session") return problem("forbidden");
  const parameters = await checkParameters(run, await readAll(run, definition), {
    definition,
    caller,
  });
  if (!parameters.ok) return parameters.problem;
  const account = accountFor(caller, findNamed(caller, parameters.value, facts.headers));
  if (account === undefined) return problem("forbidden");
  run.trace.userNo = account.userNo;
  const limits = rateLimits(dependencies.settings, account);
  const exceeded = limits.length > 0 && await dependencies.limiter.take(limits, facts.at);
  if (exceeded) return refuseRateLimited(exceeded);
  const command = readCommand(run, { definition, by: caller.kind }, parameters.value);
  if (!command.ok) return command.problem;
  return await endpoint.handle({
    ...facts,
    parameters: parameters.value,
    account,
    command: command.value,
  });
}

/** Looks for doubled credentials here alone, so that known callers do not pay for it. */
function refuseUnknown({ dependencies, facts }: Run): Eventually<AnyReply> {
  return findDoubledHeader(facts.headers, ["Authorization", "Filo"]) ??
    refuseUnknownCaller(dependencies, facts);
}

function findCaller({ dependencies, facts: { headers, at: now } }: Run): Eventually<
  Caller | undefined
> {
  return authenticate(dependencies, { headers, now });
}

function noteCaller(caller: Caller | undefined, trace: Trace): Caller | undefined {
  if (caller === undefined) return undefined;
  trace.who = caller.kind;
  if (caller.kind === "fleet") trace.filo = caller.filo;
  // Whoever the request names and however it ends: this is the user who sent it.
  else Object.assign(trace, caller.account);
  return caller;
}

function readAll(
  { dependencies: { settings }, admission, facts, request, path, known }: Run,
  definition: Definition,
): Eventually<Read<Parameters>> {
  const given = givenParameters(path, definition, facts.headers);
  const { allowCardNumberInUrl } = settings;
  return readParameters(request, { admission, known, given, allowCardNumberInUrl });
}

/** Checks what was read against the definition; whom a session names is looked at before anything else. */
function checkParameters(
  { facts: { headers } }: Run,
  read: Read<Parameters>,
  { definition, caller }: { readonly definition: Definition; readonly caller?: Caller },
): Eventually<Read<Parameters>> {
  if (!read.ok) return read;
  const { value: parameters } = read;
  if (caller?.kind === "session") {
    if (!mayName(caller, parameters, headers)) {
      return refuse(findDoubledHeader(headers, ["Filo"]) ?? problem("forbidden"));
    }
    if (parameters.userNo === undefined && "userNo" in definition.parameters.shape) {
      parameters.userNo = caller.account.userNo;
    }
  }
  return validate(definition, parameters);
}

/** A session that names no user means its own, and may still name another's fleet. */
function mayName(caller: SessionCaller, { userNo: given }: Parameters, headers: Headers): boolean {
  const userNo = typeof given === "string" ? given : caller.account.userNo;
  return accountFor(caller, findNamed(caller, { userNo }, headers)) !== undefined;
}

/** What path and headers hold of the parameters; header names know no case. */
function givenParameters(
  path: Run["path"],
  { headerParameters = [] }: Definition,
  headers: Headers,
): Record<string, string> {
  const given = { ...path };
  for (const name of headerParameters) {
    const value = headers.get(name);
    if (value !== null) given[name] = value;
  }
  return given;
}

/** Whom a request names. A fleet's header has been looked at with its key. */
function findNamed(
  caller: Caller,
  parameters: Parameters,
  headers: Headers,
): { userNo: string; filo?: string } {
  const filo = caller.kind === "session" ? headers.get("filo") : null;
  const userNo = String(parameters.userNo);
  return filo === null ? { userNo } : { userNo, filo };
}

/** What the request's commands begin with: when, by whom, for which request, and under which key. */
function readCommand(
  { dependencies: { digests }, facts }: Run,
  { definition: { method, operation, secretParameters }, by }: {
    readonly definition: Definition;
    readonly by: Caller["kind"];
  },
  parameters: Parameters,
): Read<RequestCommand> {
  const { at, requestId, language } = facts;
  const header = facts.headers.get("idempotency-key");
  if (header === null || method === "get") return { ok: true, value: { at, requestId, by } };
  const key = parseIdempotencyKey(header);
  if (key === undefined) {
    const doubled = findDoubledHeader(facts.headers, ["Idempotency-Key"]);
    return refuse(doubled ?? problem("invalid_idempotency_key"));
  }
  const keyHash = digests.idempotencyKey({ operation, by }, key);
  const compared = secretParameters ? omit(parameters, secretParameters) : parameters;
  const fingerprint = digests.request(operation, compared);
  return {
    ok: true,
    value: { at, requestId, by, idempotency: { keyHash, fingerprint, language } },
  };
}

function omit(parameters: Parameters, names: readonly string[]): Parameters {
  return Object.fromEntries(Object.entries(parameters).filter(([name]) => !names.includes(name)));
}
