import { z } from "zod";
import { CURRENCY } from "../../../domain/money.ts";
import type { GiveBackOrder, GiveBackOutcome } from "../../../domain/ports/card_gateway.ts";
import { meaningOfErrorGroup } from "../error_groups.ts";
import { unclear } from "../http.ts";
import { type Call, type Calls, describe, type Reply } from "./calls.ts";
import { findPayment } from "./completing.ts";
import { amount, id, word } from "./payments.ts";

const REFUND = "payment/v1/refunds";
const REFUND_PART = "payment/v1/refund-transactions";
/** Refunds of one payment, more than which nobody lists. */
const REFUNDS_MAX = 100;

const refund = z.object({
  paymentId: id,
  conversationId: word,
  status: z.string(),
  refundType: word,
  refundPrice: amount,
  currency: word,
});
type Refund = z.output<typeof refund>;
type Refused = Extract<Reply, { kind: "refused" }>;
const listing = z.object({ items: z.array(refund), totalSize: z.int().nullish() });

/**
 * Gives money back. All of a charge: Craftgate itself cancels it while the bank's day lasts, and refunds
 * it afterwards. A part is always a refund.
 */
export async function giveBack(
  calls: Calls,
  order: GiveBackOrder,
  signal: AbortSignal,
): Promise<GiveBackOutcome> {
  // A key that Craftgate no longer knows would not keep a small part from going back twice.
  const earlier = await inquireGiveBack(calls, order, signal);
  if (earlier.status === "given_back" || earlier.status === "pending") return earlier;
  const call = await toCall(calls, order, signal);
  const reply = await calls(call, signal);
  if (reply.kind === "data") {
    const read = refund.safeParse(reply.data).data;
    if (read === undefined) throw unclear("Craftgate", call.name, "its refund cannot be read");
    checkRefund(call.name, read, order);
    return toOutcome(call.name, read);
  }
  // What was given back before is refused as well, and must not be taken for money that stayed.
  const before = await inquireGiveBack(calls, order, signal);
  if (before.status !== "not_found") return before;
  if (!isDefinite(reply)) throw unclear("Craftgate", call.name, describe(reply));
  return { status: "refused" };
}

/** Bank or Craftgate say no: it is neither a fault of the keys, nor a bank that did not answer. */
function isDefinite({ httpStatus, errorCode = "", errorGroup }: Refused): boolean {
  if (httpStatus === 401 || httpStatus === 403) return false;
  return /^\d{1,4}$/.test(errorCode) || meaningOfErrorGroup(errorGroup).kind === "declined";
}

async function toCall(calls: Calls, order: GiveBackOrder, signal: AbortSignal): Promise<Call> {
  const { providerRef, refundReference, whole, amountKurus } = order;
  const common = { conversationId: refundReference, refundDestinationType: "PROVIDER" };
  if (whole) {
    return {
      name: REFUND,
      path: `/${REFUND}`,
      body: { paymentId: Number(providerRef), ...common },
      idempotencyKey: refundReference,
    };
  }
  return {
    name: REFUND_PART,
    path: `/${REFUND_PART}`,
    body: {
      paymentTransactionId: Number(await findTransaction(calls, order, signal)),
      refundPrice: amountKurus / 100,
      ...common,
    },
    idempotencyKey: refundReference,
  };
}

/** The one line that a top-up has at Craftgate, of which parts are given back. */
async function findTransaction(
  calls: Calls,
  { reference, providerRef }: GiveBackOrder,
  signal: AbortSignal,
): Promise<string> {
  const { id, externalId, paymentTransactions } = await findPayment(calls, providerRef, signal);
  if (id !== providerRef || externalId !== reference) {
    throw unclear("Craftgate", REFUND_PART, "its payment is another one");
  }
  const [only, ...others] = paymentTransactions ?? [];
  if (only === undefined || others.length > 0) {
    throw unclear("Craftgate", REFUND_PART, "its payment has not one line");
  }
  return only.id;
}

/** Looks up in the reports how a `giveBack` ended. */
export async function inquireGiveBack(
  calls: Calls,
  order: GiveBackOrder,
  signal: AbortSignal,
): Promise<GiveBackOutcome | { readonly status: "not_found" }> {
  const name = order.whole
    ? "payment-reporting/v1/refunds"
    : "payment-reporting/v1/refund-transactions";
  const query = { page: "0", size: String(REFUNDS_MAX), paymentId: order.providerRef };
  const reply = await calls({ name, path: `/${name}`, query }, signal);
  if (reply.kind === "refused") throw unclear("Craftgate", name, describe(reply));
  const read = listing.safeParse(reply.data).data;
  if (read === undefined) throw unclear("Craftgate", name, "its list cannot be read");
  if ((read.totalSize ?? read.items.length) !== read.items.length) {
    throw unclear("Craftgate", name, "its list is not whole");
  }
  const own = read.items.filter(({ conversationId }) => conversationId === order.refundReference);
  for (const found of own) checkRefund(name, found, order);
  const best = own.find(({ status }) => status === "SUCCESS") ??
    own.find(({ status }) => status === "WAITING") ?? own[0];
  return best === undefined ? { status: "not_found" } : toOutcome(name, best);
}

/** Throws if a refund is another one than that which was asked for. */
function checkRefund(
  call: string,
  { paymentId, conversationId, refundPrice, currency = CURRENCY }: Refund,
  { providerRef, refundReference, amountKurus }: GiveBackOrder,
): void {
  if (paymentId !== providerRef || (conversationId ?? refundReference) !== refundReference) {
    throw unclear("Craftgate", call, "it speaks of another refund");
  }
  if (refundPrice !== amountKurus) throw unclear("Craftgate", call, "it speaks of another amount");
  if (currency !== CURRENCY) throw unclear("Craftgate", call, "it speaks of another currency");
}

function toOutcome(call: string, { status, refundType }: Refund): GiveBackOutcome {
  switch (status) {
    case "SUCCESS":
      return { status: "given_back", how: refundType === "CANCEL" ? "void" : "refund" };
    case "WAITING":
      return { status: "pending" };
    case "FAILURE":
      return { status: "refused" };
    default:
      throw unclear("Craftgate", call, "its refund is in no known state");
  }
}
