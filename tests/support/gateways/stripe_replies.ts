import type { FakeStep } from "./fake.ts";
import { type BankIntent, type BankRefund, type CardError, givenBackOf } from "./stripe_bank.ts";

export type Fields = Readonly<Record<string, unknown>>;

/** An intent as Stripe shows it, with the one thing wrong that the step says. */
export function intentReply(intent: BankIntent, step: FakeStep = "works"): Fields {
  const { id, reference, amountKurus, customer, created, status, error } = intent;
  const amount = step === "wrong_amount" ? amountKurus + 100 : amountKurus;
  return {
    id,
    object: "payment_intent",
    amount,
    amount_received: status === "succeeded" ? amount : 0,
    currency: step === "wrong_currency" ? "usd" : "try",
    customer,
    created,
    livemode: false,
    metadata: { reference: step === "wrong_reference" ? "top_another" : reference },
    status,
    cancellation_reason: intent.cancellationReason ?? null,
    last_payment_error: error === undefined ? null : { ...errorReply(error) },
    next_action: status === "requires_action"
      ? {
        type: "redirect_to_url",
        redirect_to_url: { url: `https://hooks.stripe.com/3ds/${id}`, return_url: "https://a.b/" },
      }
      : null,
    latest_charge: status === "succeeded"
      ? {
        id: id.replace("pi_", "ch_"),
        object: "charge",
        refunded: givenBackOf(intent) === amountKurus,
      }
      : null,
  };
}

/** A refund as Stripe shows it. */
export function refundReply(
  intent: BankIntent,
  { id, reference, amountKurus, status }: BankRefund,
  step: FakeStep = "works",
): Fields {
  return {
    id,
    object: "refund",
    amount: step === "wrong_amount" ? amountKurus + 100 : amountKurus,
    currency: step === "wrong_currency" ? "usd" : "try",
    metadata: { reference: step === "wrong_reference" ? "crf_another" : reference },
    payment_intent: intent.id,
    status,
  };
}

/** What Stripe says of a card that was declined. Its message repeats what it should not. */
export function errorReply(error: CardError): Fields {
  return { type: "card_error", message: "4242424242424242 AYSE DEMIR declined", ...error };
}

export function invalid(code: string, param: string): Fields {
  return { type: "invalid_request_error", code, param, message: "No such object: 'pm_secret'" };
}

/** A page of a list, the newest first. */
export function page(items: readonly Fields[], query: Fields): Fields {
  const newest = items.toReversed();
  const after = newest.findIndex(({ id }) => id === query.starting_after) + 1;
  const limit = Number(query.limit ?? 10);
  const data = newest.slice(after, after + limit);
  return { object: "list", data, has_more: newest.length > after + limit };
}
