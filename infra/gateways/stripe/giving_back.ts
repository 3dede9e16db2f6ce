import { z } from "zod";
import { type Kurus, kurus } from "../../../domain/money.ts";
import type { GiveBackOrder, GiveBackOutcome } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import type { Charging } from "./charging.ts";
import { intentId } from "./intents.ts";
import { listAll } from "./listing.ts";

const REFUNDS = "refunds";

const refund = z.object({
  amount: z.int().transform((value): Kurus => kurus(value)),
  currency: z.string(),
  payment_intent: z.union([intentId, z.object({ id: intentId }).transform(({ id }) => id)]),
  status: z.string(),
  metadata: z.record(z.string(), z.string()).nullish(),
});
type Refund = z.output<typeof refund>;

/** Gives money back by a refund: a charge that succeeded cannot be cancelled at Stripe. */
export async function giveBack(
  charging: Charging,
  order: GiveBackOrder,
): Promise<GiveBackOutcome> {
  // After a day Stripe no longer knows the key, which then would not keep a part from going back twice.
  const earlier = await inquireGiveBack(charging, order);
  if (earlier.status === "given_back" || earlier.status === "pending") return earlier;
  const { providerRef, refundReference, amountKurus } = order;
  const reply = await charging.calls({
    name: REFUNDS,
    path: "/v1/refunds",
    form: {
      payment_intent: providerRef,
      amount: amountKurus,
      metadata: { reference: refundReference },
    },
    idempotencyKey: refundReference,
  }, charging.signal);
  if (reply.kind === "data") {
    const read = refund.safeParse(reply.data).data;
    if (read === undefined) throw unclear("Stripe", REFUNDS, "its refund cannot be read");
    checkRefund(read, order);
    return toOutcome(read);
  }
  // What was given back before is refused as well, and must not be taken for money that stayed.
  const before = await inquireGiveBack(charging, order);
  return before.status === "not_found" ? { status: "refused" } : before;
}

/** Looks up how a `giveBack` ended. */
export async function inquireGiveBack(
  { calls, signal }: Charging,
  order: GiveBackOrder,
): Promise<GiveBackOutcome | { readonly status: "not_found" }> {
  const query = { payment_intent: order.providerRef };
  const listed = await listAll(calls, { name: REFUNDS, query }, signal);
  const refunds = listed.map((one) => {
    const read = refund.safeParse(one).data;
    if (read === undefined) throw unclear("Stripe", REFUNDS, "its refund cannot be read");
    return read;
  });
  const own = refunds.filter(({ metadata }) => metadata?.reference === order.refundReference);
  for (const one of own) checkRefund(one, order);
  const [best] = own.map(toOutcome).toSorted((first, second) => rankOf(first) - rankOf(second));
  return best ?? { status: "not_found" };
}

/** Throws if a refund is another one than that which was asked for. */
function checkRefund(
  { amount, currency, payment_intent, metadata }: Refund,
  { providerRef, refundReference, amountKurus }: GiveBackOrder,
): void {
  if (payment_intent !== providerRef || metadata?.reference !== refundReference) {
    throw unclear("Stripe", REFUNDS, "it speaks of another refund");
  }
  if (amount !== amountKurus) throw unclear("Stripe", REFUNDS, "it speaks of another amount");
  if (currency !== "try") throw unclear("Stripe", REFUNDS, "it speaks of another currency");
}

function toOutcome({ status }: Refund): GiveBackOutcome {
  switch (status) {
    case "succeeded":
      return { status: "given_back", how: "refund" };
    case "pending":
    case "requires_action":
      return { status: "pending" };
    case "failed":
    case "canceled":
      return { status: "refused" };
    default:
      throw unclear("Stripe", REFUNDS, "its refund is in another state");
  }
}

/** What was done comes before what may be, and that before what was not. */
function rankOf({ status }: GiveBackOutcome): number {
  return ["given_back", "pending", "refused"].indexOf(status);
}
