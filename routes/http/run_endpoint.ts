import { accountFor, type Caller, lackingScope } from "../../domain/auth.ts";
import type { Eventually } from "../../domain/ports/eventually.ts";
import type { RateLimit } from "../../domain/ports/rate_limiter.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import type { Admission } from "./admission.ts";
import { authenticate } from "./authenticate.ts";
import { readCommand } from "./command.ts";
import type { Dependencies } from "./dependencies.ts";
import { findDoubledHeader } from "./doubled_headers.ts";
import type {
  AnyReply,
  Definition,
  Endpoint,
  RequestCommand,
  RequestFacts,
  Trace,
} from "./endpoint.ts";
import type { KnownParameters } from "./known_parameters.ts";
import { settleNamedUser } from "./named_user.ts";
import { type Parameters, readParameters } from "./parameters.ts";
import { listFleetRateLimits, listRateLimits, refuseRateLimited } from "./rate_limits.ts";
import { validate } from "./validate.ts";
import { refuseUnknownCaller } from "./wrong_keys.ts";

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
type EndpointOfAccount = EndpointOf<"fleet" | "fleet_or_session">;

/** Authenticates, reads, authorises, limits, then calls the handler. The first refusal is the answer. */
export function runEndpoint(run: Run, endpoint: Endpoint): Promise<AnyReply> {
  const opening = run.dependencies.opening();
  // The health routes say themselves which store is away.
  const waits = opening !== undefined && endpoint.definition.tag !== "health";
  return waits ? opening.then(() => runOpened(run, endpoint)) : runOpened(run, endpoint);
}

function runOpened(run: Run, endpoint: Endpoint): Promise<AnyReply> {
  return endpoint.access === "public" ? runPublic(run, endpoint) : runSignedIn(run, endpoint);
}

async function runPublic(
  run: Run,
  { definition, handle }: EndpointOf<"public">,
): Promise<AnyReply> {
  const { headerParameters = [] } = definition;
  const doubled = findDoubledHeader(run.facts.headers, ["Authorization", ...headerParameters]);
  if (doubled) return doubled;
  const parameters = await read(run, definition);
  if (!parameters.ok) return parameters.problem;
  return await handle({ ...run.facts, parameters: parameters.value, trace: run.trace });
}

async function runSignedIn(
  run: Run,
  endpoint: EndpointOf<"session" | "whole_fleet"> | EndpointOfAccount,
): Promise<AnyReply> {
  const { dependencies, facts, trace } = run;
  const caller = await authenticate(dependencies, { headers: facts.headers, now: facts.at });
  if (caller === undefined) {
    // Looked at here alone, so that known callers do not pay for it.
    return findDoubledHeader(facts.headers, ["Authorization", "Filo"]) ??
      await refuseUnknownCaller(dependencies, facts);
  }
  noteCaller(caller, trace);
  const scope = lackingScope(caller, endpoint.definition.scope);
  if (scope !== undefined) return problem("forbidden", { scope });
  if (endpoint.access === "whole_fleet") return await runFleet(run, endpoint, caller);
  if (endpoint.access !== "session") return await runAccount(run, endpoint, caller);
  if (caller.kind !== "session") return problem("unauthenticated");
  const parameters = await read(run, endpoint.definition, caller);
  if (!parameters.ok) return parameters.problem;
  return await endpoint.handle({ ...facts, parameters: parameters.value, caller });
}

/** The audit names who sent a request, whomever it is about and however it ends. */
export function noteCaller(caller: Caller, trace: Trace): void {
  trace.who = caller.kind;
  if (caller.kind === "session") {
    Object.assign(trace, caller.account);
    return;
  }
  trace.filo = caller.filo;
  if (caller.key) trace.key = caller.key.keyId;
}

async function runAccount(
  run: Run,
  { access, definition, handle }: EndpointOfAccount,
  caller: Caller,
): Promise<AnyReply> {
  const { dependencies: { settings }, facts, trace } = run;
  if (access === "fleet" && caller.kind === "session") return problem("forbidden");
  const parameters = await read(run, definition, caller);
  if (!parameters.ok) return parameters.problem;
  const account = accountFor(caller, { userNo: String(parameters.value.userNo) });
  if (account === undefined) return problem("forbidden");
  trace.userNo = account.userNo;
  const limits = listRateLimits(settings, account);
  const command = await takeCommand(run, parameters.value, { definition, caller, limits });
  if (!command.ok) return command.problem;
  return await handle({
    ...facts,
    parameters: parameters.value,
    account,
    caller,
    command: command.value,
    trace,
  });
}

async function runFleet(
  run: Run,
  { definition, handle }: EndpointOf<"whole_fleet">,
  caller: Caller,
): Promise<AnyReply> {
  const { dependencies: { settings }, facts, trace } = run;
  if (caller.kind === "session") return problem("forbidden");
  const parameters = await read(run, definition, caller);
  if (!parameters.ok) return parameters.problem;
  const { filo } = caller;
  const limits = listFleetRateLimits(settings, filo);
  const command = await takeCommand(run, parameters.value, { definition, caller, limits });
  if (!command.ok) return command.problem;
  return await handle({
    ...facts,
    parameters: parameters.value,
    filo,
    caller,
    command: command.value,
    trace,
  });
}

interface Taking {
  readonly definition: Definition;
  readonly caller: Caller;
  readonly limits: readonly RateLimit[];
}

/** Counts a request against its limits, and reads what its commands begin with. */
async function takeCommand(
  { dependencies: { digests, limiter }, facts }: Run,
  parameters: Parameters,
  { definition, caller, limits }: Taking,
): Promise<Read<RequestCommand>> {
  const exceeded = limits.length > 0 && await limiter.take(limits, facts.at);
  if (exceeded) return refuse(refuseRateLimited(exceeded));
  return readCommand(parameters, { digests, facts, definition, caller });
}

/** Reads and checks the parameters: at once, unless there is a body to wait for. */
function read(run: Run, definition: Definition, caller?: Caller): Eventually<Read<Parameters>> {
  const { dependencies: { settings }, admission, facts: { headers }, request, known } = run;
  const given = { ...run.path, ...readHeaderParameters(headers, definition) };
  const { allowCardNumberInUrl } = settings;
  const found = readParameters(request, { admission, known, given, allowCardNumberInUrl });
  return found instanceof Promise ? found.then(check) : check(found);

  function check(found: Read<Parameters>): Eventually<Read<Parameters>> {
    if (!found.ok) return found;
    const refusal = caller && settleNamedUser(found.value, { caller, definition, headers });
    return refusal ? refuse(refusal) : validate(definition, found.value);
  }
}

function readHeaderParameters(
  headers: Headers,
  { headerParameters = [] }: Definition,
): Record<string, string> {
  const given: Record<string, string> = {};
  for (const name of headerParameters) {
    const value = headers.get(name);
    if (value !== null) given[name] = value;
  }
  return given;
}
