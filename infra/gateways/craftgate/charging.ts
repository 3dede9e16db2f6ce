import { Buffer } from "node:buffer";
import { z } from "zod";
import type { Instant } from "../../../domain/account.ts";
import { CURRENCY } from "../../../domain/money.ts";
import type { ChargeOrder, ChargeOutcome, UserAction } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";
import { openToken } from "./cards.ts";
import { id, meaningOf, toOutcome, toPayment, word } from "./payments.ts";

const CHARGE = "payment/v1/card-payments";
const START_3DS = "payment/v1/card-payments/3ds-init";

/** Charges a card without the user, and begins 3-D Secure if the bank demands it. */
export async function charge(
  calls: Calls,
  order: ChargeOrder,
  { signal, expiresAt }: { readonly signal: AbortSignal; readonly expiresAt: Instant },
): Promise<ChargeOutcome> {
  const body = toRequest(order);
  const reply = await calls({
    name: CHARGE,
    path: `/${CHARGE}`,
    body,
    idempotencyKey: order.reference,
  }, signal);
  const outcome = reply.kind === "refused"
    ? undefined
    : toOutcome(CHARGE, toPayment(CHARGE, reply.data, order), order);
  const meaning = reply.kind === "refused" ? meaningOf(reply) : undefined;
  const wants3ds = meaning?.kind === "wants_authentication" ||
    (outcome?.status === "declined" && outcome.reason === "authentication_required");
  if (wants3ds) {
    const expected = { reference: order.reference, expiresAt };
    return await start3ds(calls, { ...body, callbackUrl: order.callbackUrl }, expected, signal);
  }
  if (outcome !== undefined) return outcome;
  if (meaning?.kind === "declined") return { status: "declined", reason: meaning.reason };
  throw unclear("Craftgate", CHARGE, reply.kind === "refused" ? describe(reply) : "no end state");
}

function toRequest({ reference, token, amountKurus }: ChargeOrder): Record<string, unknown> {
  if (/^[+-]/.test(reference)) {
    throw new RangeError("Cannot charge with Craftgate: a reference must not begin with + or -");
  }
  // A division by 100 comes nearest to the decimal, so that its shortest text has the kurus exactly.
  const price = amountKurus / 100;
  return {
    price,
    paidPrice: price,
    walletPrice: 0,
    installment: 1,
    currency: CURRENCY,
    paymentGroup: "LISTING_OR_SUBSCRIPTION",
    conversationId: reference,
    externalId: reference,
    card: openToken(token),
    items: [{ name: "top-up", price, externalId: reference }],
  };
}

const started = z.object({
  paymentId: id,
  htmlContent: word,
  redirectUrl: word,
});

/** Begins 3-D Secure: nothing is charged before the user comes back. */
async function start3ds(
  calls: Calls,
  body: Record<string, unknown>,
  { reference, expiresAt }: { readonly reference: string; readonly expiresAt: Instant },
  signal: AbortSignal,
): Promise<ChargeOutcome> {
  const reply = await calls({
    name: START_3DS,
    path: `/${START_3DS}`,
    body,
    idempotencyKey: `${reference}-3ds`,
  }, signal);
  if (reply.kind === "refused") {
    const meaning = meaningOf(reply);
    if (meaning.kind === "unknown") throw unclear("Craftgate", START_3DS, describe(reply));
    const reason = meaning.kind === "declined" ? meaning.reason : "authentication_required";
    return { status: "declined", reason };
  }
  const read = started.safeParse(reply.data).data;
  const action = read && toAction(read);
  if (read === undefined || action === undefined) {
    throw unclear("Craftgate", START_3DS, "its answer has no page");
  }
  return { status: "requires_action", providerRef: read.paymentId, action, expiresAt };
}

function toAction({ htmlContent, redirectUrl }: z.output<typeof started>): UserAction | undefined {
  const html = Buffer.from(htmlContent ?? "", "base64").toString();
  if (html.trim() !== "") return { kind: "page", html };
  const url = URL.parse(redirectUrl ?? "");
  return url?.protocol === "https:" ? { kind: "redirect", url: url.href } : undefined;
}
