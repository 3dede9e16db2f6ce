import { askerOf, type Caller } from "../../domain/auth.ts";
import { parseIdempotencyKey } from "../../domain/idempotency.ts";
import type { Digests } from "../../domain/ports/digests.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import { findDoubledHeader } from "./doubled_headers.ts";
import type { Definition, RequestCommand, RequestFacts } from "./endpoint.ts";
import type { Parameters } from "./parameters.ts";

interface CommandSource {
  readonly digests: Digests;
  readonly facts: RequestFacts;
  readonly definition: Definition;
  readonly caller: Caller;
}

/** What the request's commands begin with: when, by whom, for which request, and under which key. */
export function readCommand(
  parameters: Parameters,
  { digests, facts, definition, caller }: CommandSource,
): Read<RequestCommand> {
  const { at, requestId, language, headers } = facts;
  const { method, operation, secretParameters } = definition;
  const by = askerOf(caller);
  const header = headers.get("idempotency-key");
  if (header === null || method === "get") return { ok: true, value: { at, requestId, by } };
  const key = parseIdempotencyKey(header);
  if (key === undefined) {
    const doubled = findDoubledHeader(headers, ["Idempotency-Key"]);
    return refuse(doubled ?? problem("invalid_idempotency_key"));
  }
  // Whichever of a fleet's keys it comes with, it is the fleet that asks.
  const keyHash = digests.idempotencyKey({ operation, by: caller.kind }, key);
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
