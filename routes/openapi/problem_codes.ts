import type { Endpoint } from "../http/endpoint.ts";
import { type ProblemCode, PROBLEMS } from "../contract/problems.ts";
import { listErrorCodes } from "../http/validate.ts";

/**
 * Every code that an endpoint can answer with: its own and those of each step that its requests go
 * through (see run_endpoint.ts), in the order of the table.
 */
export function listProblemCodes(endpoint: Endpoint): readonly ProblemCode[] {
  const { definition } = endpoint;
  const codes = new Set<ProblemCode>([
    ...READING,
    "uri_too_long",
    ...(definition.method === "get" ? [] : READING_A_BODY),
    ...listErrorCodes(definition),
    ...listAccessCodes(endpoint),
    ...definition.problems,
    ...(definition.alwaysServed ? [] : OVERLOAD),
    ...(definition.whenStoreFails ? [definition.whenStoreFails] : []),
    "internal",
  ]);
  return (Object.keys(PROBLEMS) as ProblemCode[]).filter((code) => codes.has(code));
}

/**
 * What any request can be refused for with 400. The query of every request is read, also where it is of
 * no use: a card number in it is a leak.
 */
export const READING = [
  "malformed_request",
  "unknown_parameter",
  "conflicting_parameters",
  "conflicting_headers",
  "card_number_in_url",
  "personal_data_in_url",
] as const;
const READING_A_BODY = [
  "payload_too_large",
  "unsupported_media_type",
] as const;
// There is too much to do, or the store is away.
const OVERLOAD = ["busy"] as const;
const ACCOUNT = ["unauthenticated", "forbidden", "rate_limited"] as const;
const COMMAND = [
  "invalid_idempotency_key",
  "idempotency_key_reused",
  "outcome_unknown",
  "store_inconsistent",
] as const;

/** Whether it changes an account, and so takes an `Idempotency-Key`. */
export function isAccountCommand({ access, definition: { method } }: Endpoint): boolean {
  return (access === "fleet" || access === "fleet_or_session") && method !== "get";
}

/** Whether it changes anything for a fleet, and so takes an `Idempotency-Key`. */
export function takesIdempotencyKey(endpoint: Endpoint): boolean {
  return isAccountCommand(endpoint) ||
    endpoint.access === "whole_fleet" && endpoint.definition.method !== "get";
}

function listAccessCodes(endpoint: Endpoint): readonly ProblemCode[] {
  switch (endpoint.access) {
    case "public":
      return [];
    case "session":
      return ["unauthenticated", "rate_limited"];
    default:
      if (isAccountCommand(endpoint)) return [...ACCOUNT, ...COMMAND];
      return takesIdempotencyKey(endpoint) ? [...ACCOUNT, "invalid_idempotency_key"] : ACCOUNT;
  }
}
