import { accountFor, type Caller } from "../../domain/auth.ts";
import { type Problem, problem } from "../contract/problems.ts";
import { findDoubledHeader } from "./doubled_headers.ts";
import type { Definition } from "./endpoint.ts";
import type { Parameters } from "./parameters.ts";

/**
 * Refuses a session that names another user or fleet than its own, before anything else is said of
 * its parameters. One that names no user means its own. The fleet may name each of its users.
 */
export function settleNamedUser(
  parameters: Parameters,
  { caller, definition, headers }: {
    readonly caller: Caller;
    readonly definition: Definition;
    readonly headers: Headers;
  },
): Problem | undefined {
  if (caller.kind === "fleet") return undefined;
  const { userNo: own } = caller.account;
  const userNo = typeof parameters.userNo === "string" ? parameters.userNo : own;
  const filo = headers.get("filo");
  if (accountFor(caller, { userNo, ...(filo !== null && { filo }) }) === undefined) {
    return findDoubledHeader(headers, ["Filo"]) ?? problem("forbidden");
  }
  if (parameters.userNo === undefined && "userNo" in definition.parameters.shape) {
    parameters.userNo = own;
  }
  return undefined;
}
