import { type GroupMeaning, meaningOfErrorGroup } from "../error_groups.ts";
import { unclear } from "../http.ts";
import { type Fields, textOf } from "./reply.ts";

/** A request that iyzico refused. */
export interface Failure {
  readonly code: string;
  readonly group?: string;
  /** What iyzico says of a refund: whether the same request may succeed later. */
  readonly retryable?: boolean;
}

/** What a refused charge means. In addition to the banks' refusals: the token is gone. */
export function meaningOf({ code, group }: Failure): GroupMeaning {
  if (TOKEN_GONE.has(code)) return { kind: "declined", reason: "card_gone" };
  if (code === ACCOUNT_WANTS_3DS) return { kind: "wants_authentication" };
  return meaningOfErrorGroup(group ?? GROUP_OF.get(code));
}

const TOKEN_GONE: ReadonlySet<string> = new Set(["3005", "3006"]);
const ACCOUNT_WANTS_3DS = "5010";
/** The groups that decide what happens next, if an answer has the code alone. */
const GROUP_OF: ReadonlyMap<string, string> = new Map([
  ["10051", "NOT_SUFFICIENT_FUNDS"],
  ["10054", "EXPIRED_CARD"],
  ["10217", "DEBIT_CARDS_REQUIRES_3DS"],
]);

/** iyzico has no payment under what it was asked for. */
export function isNoSuchPayment({ code }: Failure): boolean {
  return code === "5087";
}

/** The card is not one of iyzico's, or no longer. */
export function isTokenGone({ code }: Failure): boolean {
  return TOKEN_GONE.has(code);
}

/** Number, month, year, holder or date are wrong: what the user can mend. */
const WRONG_CARD: ReadonlySet<string> = new Set(["12", "13", "14", "16", "17", "19"]);

/** A card that iyzico does not store because of the card itself, and not because of the account. */
export function isWrongCard(failure: Failure): boolean {
  return WRONG_CARD.has(failure.code) || meaningOf(failure).kind === "declined";
}

/** Reads a failure. Its message is left behind, because nobody knows what it repeats of the request. */
export function toFailure(fields: Fields): Failure {
  const code = textOf(fields, "errorCode") ?? "";
  const group = textOf(fields, "errorGroup");
  const { retryable } = fields;
  return {
    code: /^\w{1,20}$/.test(code) ? code : "unreadable",
    ...(group !== undefined && { group }),
    ...(typeof retryable === "boolean" && { retryable }),
  };
}

/** An outcome that is not known. */
export function unknownOutcome(call: string, why: string): Error {
  return unclear("iyzico", call, why);
}

/** The same for an answer that was a failure. */
export function unexplained(call: string, { code }: Failure): Error {
  return unknownOutcome(call, `it answered ${code}`);
}
