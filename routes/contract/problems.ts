import { formatAmount, type Kurus } from "../../domain/money.ts";
import type { UpdateOutcome } from "../../domain/ports/accounts.ts";
import type { RejectionCode } from "../../domain/rejection.ts";
import type { FirstAnswer } from "./replayed.ts";

export interface ProblemType {
  readonly status: number;
  /** What stands behind it, with an example of each: an answer shows it, and its detail names it. */
  readonly facts?: Problem["facts"];
}

const PAYMENT_ID = "pay_01JABCDEFGHJKMNPQRSTVWXYZ0";
const CARD_ID = "card_01JABCDEFGHJKMNPQRSTVWXYZ0";
const TOP_UP_ID = "top_01JABCDEFGHJKMNPQRSTVWXYZ0";
const KEY_ID = "key_01JABCDEFGHJKMNPQRSTVWXYZ0";
const CARD_REFUND_ID = "crf_01JABCDEFGHJKMNPQRSTVWXYZ0";

/** Every error of the API. Clients match the code. The texts are in problem_texts.ts. */
export const PROBLEMS = {
  malformed_request: { status: 400 },
  missing_parameter: { status: 400 },
  unknown_parameter: { status: 400, facts: { parameter: "ammount", nearest: "amount" } },
  conflicting_parameters: { status: 400 },
  conflicting_headers: { status: 400, facts: { header: "Idempotency-Key" } },
  invalid_idempotency_key: { status: 400 },
  card_number_in_url: { status: 400 },
  personal_data_in_url: { status: 400, facts: { parameter: "authCode" } },
  unauthenticated: { status: 401 },
  authentication_failed: { status: 401 },
  insufficient_balance: {
    status: 402,
    facts: { balance: "42.40", available: "12.40", amount: "50.00" },
  },
  card_declined: { status: 402, facts: { topUpId: TOP_UP_ID, declineReason: "declined" } },
  forbidden: { status: 403, facts: { scope: "refund" } },
  account_frozen: { status: 403 },
  not_found: { status: 404 },
  user_not_found: { status: 404 },
  no_cards: { status: 404 },
  card_not_found: { status: 404 },
  payment_not_found: { status: 404 },
  top_up_not_found: { status: 404 },
  card_refund_not_found: { status: 404 },
  hold_not_found: { status: 404 },
  key_not_found: { status: 404 },
  event_not_found: { status: 404 },
  method_not_allowed: { status: 405 },
  user_exists: { status: 409 },
  duplicate_card: { status: 409, facts: { cardId: CARD_ID } },
  card_in_use: { status: 409, facts: { cardId: CARD_ID } },
  too_many_open_top_ups: { status: 409 },
  too_many_holds: { status: 409 },
  hold_closed: { status: 409, facts: { holdStatus: "captured", paymentId: PAYMENT_ID } },
  account_not_frozen: { status: 409 },
  account_closed: { status: 409 },
  account_not_closed: { status: 409 },
  account_not_empty: { status: 409, facts: { balance: "12.40", holds: 1, openTopUps: 0 } },
  already_refunded: { status: 409, facts: { paymentId: PAYMENT_ID } },
  nothing_to_refund: { status: 409, facts: { topUpId: TOP_UP_ID } },
  card_refund_refused: {
    status: 409,
    facts: { cardRefundId: CARD_REFUND_ID, topUpId: TOP_UP_ID },
  },
  too_many_open_card_refunds: { status: 409 },
  too_many_keys: { status: 409 },
  key_shown_once: { status: 409, facts: { keyId: KEY_ID } },
  ambiguous_order: { status: 409, facts: { paymentIds: [PAYMENT_ID] } },
  payload_too_large: { status: 413 },
  uri_too_long: { status: 414 },
  unsupported_media_type: { status: 415 },
  validation_failed: { status: 422 },
  invalid_user_no: { status: 422 },
  invalid_amount: { status: 422 },
  invalid_card_number: { status: 422 },
  too_many_cards: { status: 422 },
  card_not_chargeable: { status: 422, facts: { cardId: CARD_ID, expired: true, saveAgain: true } },
  card_refused: { status: 422 },
  refund_exceeds_payment: {
    status: 422,
    facts: { paymentId: PAYMENT_ID, refundable: "4.50", amount: "10.50" },
  },
  refund_exceeds_top_up: {
    status: 422,
    facts: { topUpId: TOP_UP_ID, refundable: "4.50", amount: "10.50" },
  },
  only_whole_top_up: { status: 422, facts: { topUpId: TOP_UP_ID, amount: "10.50" } },
  refund_window_passed: { status: 422, facts: { paymentId: PAYMENT_ID, topUpId: TOP_UP_ID } },
  balance_limit_exceeded: { status: 422, facts: { balance: "99999999.00", amount: "100.00" } },
  idempotency_key_reused: { status: 422 },
  rate_limited: {
    status: 429,
    facts: { policy: "user", limit: 6_000, windowSeconds: 60, retryAfterSeconds: 12 },
  },
  internal: { status: 500 },
  not_ready: { status: 503, facts: { stores: "sqlite" } },
  code_delivery_unavailable: { status: 503 },
  busy: { status: 503 },
  outcome_unknown: { status: 503 },
  store_inconsistent: { status: 503 },
} as const satisfies Record<RejectionCode, ProblemType> & Record<string, ProblemType>;

export type ProblemCode = keyof typeof PROBLEMS;

/** One field's error within a problem. */
export interface FieldError {
  readonly field: string;
  readonly code: string;
}

/** A number or an id behind a refusal, or several ids. */
type Fact = string | number | boolean | null | readonly string[];

/** A refusal on its way to the client; the pipeline gives it status, texts and request id. */
export interface Problem {
  readonly code: ProblemCode;
  /** If another than its code has elsewhere. */
  readonly status?: number;
  /** Numbers and ids behind it: they fill the detail and stand in the answer. */
  readonly facts: Readonly<Record<string, Fact>>;
  readonly errors?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
  /** Set when an earlier request ended in this problem. */
  readonly replayed?: FirstAnswer;
}

/** A problem of that code; amounts among the facts are written as answers write them. */
export function problem(
  code: ProblemCode,
  facts: Readonly<Record<string, Fact>> = {},
): Problem {
  const shown = Object.entries(facts).map(([name, value]) =>
    name.endsWith("Kurus") && typeof value === "number"
      ? [name.slice(0, -"Kurus".length), formatAmount(value as Kurus)]
      : [name, value]
  );
  return { code, facts: Object.fromEntries(shown) };
}

export function statusOf({ code, status = PROBLEMS[code].status }: Problem): number {
  return status;
}

/** A problem of several fields, which its detail names. */
export function listErrors(code: ProblemCode, errors: readonly FieldError[]): Problem {
  const parameters = errors.map(({ field }) => field).join(", ");
  return { ...problem(code, { parameters }), errors };
}

/** Something read from a request, or why it cannot be. */
export type Read<T> =
  | { readonly ok: true; readonly value: T }
  | { readonly ok: false; readonly problem: Problem };

export function refuse(refusal: Problem): { readonly ok: false; readonly problem: Problem } {
  return { ok: false, problem: refusal };
}

/** Turns the outcome of an update without an entry into its problem. */
export function toProblem(outcome: Exclude<UpdateOutcome, { entry: unknown }>): Problem {
  switch (outcome.outcome) {
    case "rejected": {
      const { code, ...facts } = outcome.rejection;
      return problem(code, facts);
    }
    case "key_reused":
      return problem("idempotency_key_reused");
    case "unchanged":
      throw new Error("Cannot answer: a command that must append an entry changed nothing");
    default:
      return problem(outcome.outcome);
  }
}
