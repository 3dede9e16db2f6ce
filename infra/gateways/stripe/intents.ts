import { z } from "zod";
import type { DeclineReason } from "../../../domain/journal.ts";
import { MINUTE_MILLISECONDS } from "../../../domain/limits.ts";
import { type Kurus, kurus } from "../../../domain/money.ts";
import type { ChargeOutcome } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";

const CURRENCY = "try";
/** How long the bank's page may take. The intent itself waits without an end. */
const ACTION_MILLISECONDS = 15 * MINUTE_MILLISECONDS;

const word = z.string().nullish().transform((value) => value ?? undefined);
/** Something that Stripe names by its id, or shows as a whole if it is asked to. */
const idOf = z.union([z.string(), z.object({ id: z.string() }).transform(({ id }) => id)]);

export const intentId = z.string().regex(/^pi_\w{1,250}$/);

/** What Stripe tells of a PaymentIntent, as far as Kese reads it. */
export const intent = z.object({
  id: intentId,
  amount: z.int().transform(kurus),
  amount_received: z.int(),
  currency: z.string(),
  created: z.int(),
  livemode: z.boolean(),
  status: z.string(),
  customer: idOf.nullish(),
  metadata: z.record(z.string(), z.string()).nullish(),
  cancellation_reason: word,
  last_payment_error: z.object({ code: word, decline_code: word }).nullish(),
  next_action: z.object({
    redirect_to_url: z.object({ url: z.string() }).nullish(),
  }).nullish(),
  latest_charge: z.union([
    z.string(),
    z.object({ refunded: z.boolean().optional() }),
  ]).nullish(),
});
export type Intent = z.output<typeof intent>;

/** What an intent must be about. */
export interface Expected {
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly providerRef?: string;
  /** Whether the key is one with which money moves. */
  readonly live: boolean;
}

/** Reads an intent, and makes sure that it is the one that was asked about. */
export function toIntent(call: string, data: unknown, expected: Expected): Intent {
  const read = intent.safeParse(data).data;
  if (read === undefined) throw unclear("Stripe", call, "its intent cannot be read");
  const { id, metadata } = read;
  if (id !== (expected.providerRef ?? id) || metadata?.reference !== expected.reference) {
    throw unclear("Stripe", call, "it speaks of another charge");
  }
  checkIntent(call, read, expected);
  return read;
}

/** Throws if an intent is about other money. */
export function checkIntent(
  call: string,
  { amount, currency, livemode }: Intent,
  { amountKurus, live }: Pick<Expected, "amountKurus" | "live">,
): void {
  if (amount !== amountKurus) throw unclear("Stripe", call, "it speaks of another amount");
  if (currency !== CURRENCY) throw unclear("Stripe", call, "it speaks of another currency");
  if (livemode !== live) throw unclear("Stripe", call, "it speaks of another mode than the key's");
}

/** When the user must have come back. */
export function actionExpiresAt({ created }: Intent): number {
  return created * 1_000 + ACTION_MILLISECONDS;
}

/** How a charge stands by its intent. */
export function toOutcome(call: string, intent: Intent): ChargeOutcome {
  const { id: providerRef, amount, status } = intent;
  switch (status) {
    case "succeeded":
      if (intent.amount_received !== amount) {
        throw unclear("Stripe", call, "it speaks of another amount");
      }
      return { status: "charged", providerRef, amountKurus: amount };
    case "processing":
      return { status: "pending", providerRef };
    case "requires_action": {
      const url = URL.parse(intent.next_action?.redirect_to_url?.url ?? "");
      if (url?.protocol !== "https:") throw unclear("Stripe", call, "its intent has no page");
      const action = { kind: "redirect", url: url.href } as const;
      return { status: "requires_action", providerRef, action, expiresAt: actionExpiresAt(intent) };
    }
    case "requires_payment_method":
      // Without an error it was never tried, which no request of this adapter leaves behind.
      if (!intent.last_payment_error) throw unclear("Stripe", call, "its intent was not tried");
      return { status: "declined", reason: reasonOf(intent.last_payment_error) };
    case "canceled": {
      const isOurs = intent.cancellation_reason === "abandoned";
      return { status: "declined", reason: isOurs ? "authentication_expired" : "declined" };
    }
    default:
      throw unclear("Stripe", call, "its intent is in another state");
  }
}

/**
 * Why a card was declined. Lost, stolen and suspected cards are shown as declined alone, because nobody
 * must learn from Kese what the bank knows.
 */
export function reasonOf(error: {
  readonly code?: string | undefined;
  readonly decline_code?: string | undefined;
}): DeclineReason {
  return REASONS.get(error.decline_code ?? "") ?? REASONS.get(error.code ?? "") ?? "declined";
}

const REASONS: ReadonlyMap<string, DeclineReason> = new Map([
  ["insufficient_funds", "insufficient_funds"],
  ["expired_card", "expired_card"],
  ["authentication_required", "authentication_required"],
  ["payment_intent_authentication_failure", "authentication_failed"],
]);
