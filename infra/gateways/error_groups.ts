import type { DeclineReason } from "../../domain/journal.ts";

/** What a refused charge means: why the card was declined, that the bank wants 3-D Secure, or neither. */
export type GroupMeaning =
  | { readonly kind: "declined"; readonly reason: DeclineReason }
  | { readonly kind: "wants_authentication" }
  /** Whether money moved is not known: only an inquiry tells. */
  | { readonly kind: "unknown" };

/**
 * The banks' refusals, by the error group that iyzico and Craftgate both give them. The documents say to
 * go by the group and not by the code. Lost, stolen and suspected cards are shown as declined alone,
 * because nobody must learn from Kese what the bank knows.
 */
const DECLINED: ReadonlyMap<string, DeclineReason> = new Map<string, DeclineReason>([
  ["NOT_SUFFICIENT_FUNDS", "insufficient_funds"],
  ["EXPIRED_CARD", "expired_card"],
  ...([
    "DO_NOT_HONOUR",
    "INVALID_TRANSACTION",
    "FRAUD_SUSPECT",
    "LOST_CARD",
    "PICKUP_CARD",
    "STOLEN_CARD",
    "NOT_PERMITTED_TO_CARDHOLDER",
    "NOT_PERMITTED_TO_TERMINAL",
    "INVALID_CVC2",
    "RESTRICTED_BY_LAW",
    "CARD_NOT_PERMITTED",
    "REFER_TO_CARD_ISSUER",
    "BLOCKED_CARD",
    "INVALID_CARD_NUMBER",
    "DECLINED",
    "EXCEEDS_WITHDRAWAL_AMOUNT_LIMIT",
    "RESTRICTED_CARD",
    "EXCEEDS_ALLOWABLE_PIN_TRIES",
    "INVALID_PIN",
    "INVALID_EXPIRE_YEAR_MONTH",
    "REQUEST_BLOCKED_BY_BANK",
  ].map((group) => [group, "declined"] as const)),
]);

const WANTS_AUTHENTICATION: ReadonlySet<string> = new Set([
  "DEBIT_CARDS_REQUIRES_3DS",
  "REQUIRES_3DS",
]);

/** Reads an error group. One that is not in the table is unknown, because a new group may mean anything. */
export function meaningOfErrorGroup(group: string | undefined): GroupMeaning {
  if (group === undefined) return { kind: "unknown" };
  const reason = DECLINED.get(group);
  if (reason !== undefined) return { kind: "declined", reason };
  return { kind: WANTS_AUTHENTICATION.has(group) ? "wants_authentication" : "unknown" };
}
