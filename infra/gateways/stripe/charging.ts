import { CURRENCY } from "../../../domain/money.ts";
import type { ChargeOrder, ChargeOutcome, Completion } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { type Calls, describe, type Reply } from "./calls.ts";
import { type CardKeys, isChargeable, openToken } from "./cards.ts";
import { type Expected, type Intent, reasonOf, toIntent, toOutcome } from "./intents.ts";

const CHARGE = "payment_intents";
const CONFIRM = "payment_intents/confirm";

/** What the calls about money need. */
export interface Charging {
  readonly calls: Calls;
  /** Whether the key is one with which money moves. */
  readonly live: boolean;
  readonly signal: AbortSignal;
}

/** Charges a card without the user, and brings the user in if the bank demands it. */
export async function charge(charging: Charging, order: ChargeOrder): Promise<ChargeOutcome> {
  const { calls, live, signal } = charging;
  const { reference, amountKurus, callbackUrl } = order;
  const keys = openToken(order.token);
  const expected = { reference, amountKurus, live };
  const reply = await calls({
    name: CHARGE,
    path: "/v1/payment_intents",
    form: {
      // Stripe counts in kurus, too.
      amount: amountKurus,
      currency: CURRENCY.toLowerCase(),
      customer: keys.customer,
      payment_method: keys.method,
      allowed_payment_method_types: ["card"],
      off_session: true,
      confirm: true,
      metadata: { reference },
    },
    idempotencyKey: reference,
  }, signal);
  if (reply.kind === "data") return toOutcome(CHARGE, toIntent(CHARGE, reply.data, expected));
  const declined = readDeclined(CHARGE, reply, expected);
  if (declined === undefined) return await toCardGone(charging, keys, reply);
  if (declined.reason !== "authentication_required") return declined.outcome;
  return await confirm(charging, declined.intent, { ...expected, keys, callbackUrl });
}

/** The same intent again, with the user there: the answer has the address of the bank's page. */
async function confirm(
  { calls, signal }: Charging,
  { id }: Intent,
  { keys, callbackUrl, ...expected }: Expected & {
    readonly keys: CardKeys;
    readonly callbackUrl: string;
  },
): Promise<ChargeOutcome> {
  const reply = await calls({
    name: CONFIRM,
    path: `/v1/payment_intents/${id}/confirm`,
    form: { payment_method: keys.method, return_url: callbackUrl },
    idempotencyKey: `${expected.reference}-3ds`,
  }, signal);
  const same = { ...expected, providerRef: id };
  if (reply.kind === "data") return toOutcome(CONFIRM, toIntent(CONFIRM, reply.data, same));
  const declined = readDeclined(CONFIRM, reply, same);
  if (declined === undefined) throw unclear("Stripe", CONFIRM, describe(reply));
  return declined.outcome;
}

/** Reads a refusal of the bank, which comes with its intent. Undefined for any other refusal. */
function readDeclined(
  call: string,
  reply: Extract<Reply, { kind: "refused" }>,
  expected: Expected,
) {
  if (reply.httpStatus !== 402 || reply.type !== "card_error") return undefined;
  const intent = toIntent(call, reply.payment_intent, expected);
  if (intent.status !== "requires_payment_method" && intent.status !== "canceled") {
    throw unclear("Stripe", call, "its refusal contradicts its intent");
  }
  const reason = reasonOf(reply);
  return { intent, reason, outcome: { status: "declined", reason } as const };
}

/** A request that Stripe did not take charged nothing. If the card is gone, that is why. */
async function toCardGone(
  { calls, signal }: Charging,
  keys: CardKeys,
  refusal: Extract<Reply, { kind: "refused" }>,
): Promise<ChargeOutcome> {
  if (refusal.type !== "invalid_request_error" || await isChargeable(calls, keys, signal)) {
    throw unclear("Stripe", CHARGE, describe(refusal));
  }
  return { status: "declined", reason: "card_gone" };
}

/**
 * How a charge stands after the user came back. What the browser brought has no signature, and nothing
 * rests on it: the intent alone says whether the bank has charged.
 */
export async function complete(
  { calls, live, signal }: Charging,
  { reference, providerRef, amountKurus }: Completion,
): Promise<ChargeOutcome> {
  const expected = { reference, providerRef, amountKurus, live };
  return toOutcome(CHARGE, await retrieve({ calls, live, signal }, expected));
}

/** Reads one intent by its id. */
export async function retrieve(
  { calls, signal }: Charging,
  expected: Expected & { readonly providerRef: string },
): Promise<Intent> {
  const reply = await calls({
    name: CHARGE,
    path: `/v1/payment_intents/${encodeURIComponent(expected.providerRef)}`,
    query: { expand: ["latest_charge"] },
  }, signal);
  if (reply.kind === "refused") throw unclear("Stripe", CHARGE, describe(reply));
  return toIntent(CHARGE, reply.data, expected);
}
