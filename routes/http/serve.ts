import type { Context, Handler } from "hono";
import {
  BusyError,
  StoreInconsistentError,
  StoreUnavailableError,
} from "../../domain/ports/errors.ts";
import type { Admission } from "./admission.ts";
import type { Dependencies } from "./dependencies.ts";
import type { AnyReply, Definition, Endpoint, RequestFacts, Trace } from "./endpoint.ts";
import { listKnownParameters } from "./known_parameters.ts";
import { chooseLanguage } from "./language.ts";
import { findPeerAddress } from "./peer.ts";
import { problem } from "../contract/problems.ts";
import { render } from "./render.ts";
import { chooseRequestId } from "./request_id.ts";
import { runEndpoint } from "./run_endpoint.ts";

/** What every endpoint of an app shares. */
export interface Serving extends Dependencies {
  readonly admission: Admission;
}

/**
 * Makes the handler of an endpoint: runs it, turns its reply into a response, and writes one audit
 * record. Only a fault of Kese's becomes a 500, and its answer reveals nothing about the inside.
 */
export function serve(endpoint: Endpoint, dependencies: Serving): Handler {
  const { admission, audit, clock, log, observer, texts } = dependencies;
  const { alwaysServed = false, audited = true, operation, whenStoreFails = "busy" } =
    endpoint.definition;
  const route = {
    method: endpoint.definition.method.toUpperCase(),
    route: endpoint.definition.path,
  };
  const known = listKnownParameters(endpoint.definition);
  return async (context) => {
    const facts = readFacts(context, dependencies);
    observer?.routed(route);
    if (!alwaysServed && !admission.enter()) {
      // Not audited: the caller is not known yet, and these records would displace those that must be
      // kept.
      observer?.refused({ ...route, code: "busy", status: 503 });
      return render(problem("busy"), { facts, texts }).response;
    }
    const trace: Trace = { who: "anonymous", filo: null, userNo: null };
    const { raw: request } = context.req;
    let reply: AnyReply;
    try {
      const path = context.req.param();
      const run = { dependencies, admission, facts, request, path, known, trace };
      reply = markConflict(await runEndpoint(run, endpoint), endpoint.definition);
    } catch (error) {
      reply = replyToFault(error, facts);
    } finally {
      if (!alwaysServed) admission.leave();
    }
    const { response, code } = render(reply, { facts, texts });
    const { at, requestId } = facts;
    const { status } = response;
    if (code !== null) observer?.refused({ ...route, code, status });
    if (audited) {
      // Of the trace what there is: a payment with a configured key has neither `key` nor `fields`.
      const record = { at, requestId, ...trace, operation, status, code };
      audit.record(trace.who === "anonymous" ? { ...record, peer: facts.peer() } : record);
    }
    log.debug("request", { operation, requestId, status, code, milliseconds: clock.now() - at });
    return response;
  };

  function replyToFault(error: unknown, { requestId }: RequestFacts): AnyReply {
    if (error instanceof BusyError) return problem("busy");
    // The alarm is logged where it was found.
    if (error instanceof StoreInconsistentError) return problem("store_inconsistent");
    const unavailable = error instanceof StoreUnavailableError;
    const event = unavailable ? "store_unavailable" : "request_failed";
    log.error(event, { operation, requestId, error });
    return problem(unavailable ? whenStoreFails : "internal");
  }
}

function markConflict(reply: AnyReply, { conflicts }: Definition): AnyReply {
  const isConflict = conflicts && "code" in reply && conflicts.includes(reply.code);
  return isConflict ? { ...reply, status: 409 } : reply;
}

/** Reads what every answer needs to know about its request, even that to an unknown route. */
export function readFacts(
  context: Context,
  { clock, ids, settings }: Dependencies,
): RequestFacts {
  const { headers } = context.req.raw;
  const at = clock.now();
  return {
    requestId: chooseRequestId(headers, () => ids.requestId(at)),
    at,
    language: chooseLanguage(headers.get("accept-language")),
    headers,
    peer: () => findPeerAddress(context, settings),
  };
}
