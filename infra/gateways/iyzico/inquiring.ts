import type { DeclineReason } from "../../../domain/journal.ts";
import type { ChargeOutcome, Inquiry } from "../../../domain/ports/card_gateway.ts";
import { meaningOfErrorGroup } from "../error_groups.ts";
import type { Charging } from "./charging.ts";
import { isNoSuchPayment, unexplained, unknownOutcome } from "./errors.ts";
import { checkPayment, type Expected, toCharged } from "./payments.ts";
import { textOf } from "./reply.ts";
import { listPayments, type ReportedPayment } from "./reporting.ts";

const DETAIL = "payment/detail";

/** Tries under one reference whose details are asked for: a charge is two at most, and a double of it. */
const TRIES_MAX = 5;

/**
 * Tells how a charge ended. The reports come first, because only they list a doubled charge; the detail
 * then says, with a signature, how the one that counts ended. Nothing is `not_found` unless both say so.
 */
export async function inquire(charging: Charging, expected: Expected): Promise<Inquiry> {
  const { calls, signal } = charging;
  const payments = await listPayments(calls, expected.reference, signal);
  if (payments.length === 0) return await askByReference(charging, expected);
  const charges = payments.filter(({ isCarriedOut }) => isCarriedOut);
  if (charges.length === 0) return await askForTries(charging, expected, payments);
  const counting = chooseCounting(charges, expected);
  // All of it is back on the card, so nothing was charged in the end.
  if (counting === undefined) return { status: "declined", reason: "declined" };
  const { paymentId } = counting;
  const outcome = await askDetail(charging, { ...expected, providerRef: paymentId });
  if (outcome === "waiting" || outcome === "missing" || outcome.status === "declined") {
    throw contradiction();
  }
  const surplus = charges
    .filter((charge) => charge !== counting && !charge.isGivenBack)
    .map(({ paymentId, amountKurus }) => ({ providerRef: paymentId, amountKurus }));
  return { ...outcome, ...(surplus.length > 0 && { surplus }) };
}

/**
 * The charge that counts: the one that is known, even if it was given back later; otherwise the first
 * of the right amount that was not given back.
 */
function chooseCounting(
  charges: readonly ReportedPayment[],
  { providerRef, amountKurus }: Expected,
): ReportedPayment | undefined {
  const known = charges.find(({ paymentId }) => paymentId === providerRef);
  if (known !== undefined) return known;
  const standing = charges.filter(({ isGivenBack }) => !isGivenBack).toSorted(byAge);
  return standing.find((charge) => charge.amountKurus === amountKurus) ?? standing[0];
}

/** The ids are numbers that grow; of the same length, their texts do, too. */
function byAge(first: ReportedPayment, second: ReportedPayment): number {
  const [a, b] = [first.paymentId, second.paymentId];
  return a.length - b.length || (a < b ? -1 : 1);
}

/** Of tries that are not carried out, tells whether one still waits for its user. */
async function askForTries(
  charging: Charging,
  expected: Expected,
  tries: readonly ReportedPayment[],
): Promise<Inquiry> {
  if (tries.length > TRIES_MAX) throw unknownOutcome(DETAIL, "there are too many tries");
  let last: ChargeOutcome = { status: "declined", reason: "declined" };
  let waits = false;
  for (const { paymentId } of tries.toSorted(byAge)) {
    const outcome = await askDetail(charging, { ...expected, providerRef: paymentId });
    if (outcome === "missing") throw contradiction();
    if (outcome === "waiting") waits = true;
    else if (outcome.status === "declined") last = outcome;
    // The reports are behind.
    else return outcome;
  }
  return waits ? toWaiting(expected) : last;
}

/** Asks for the one payment that the detail has under the reference. */
async function askByReference(charging: Charging, expected: Expected): Promise<Inquiry> {
  const outcome = await askDetail(charging, expected);
  if (outcome === "missing") return { status: "not_found" };
  return outcome === "waiting" ? toWaiting(expected) : outcome;
}

function contradiction(): Error {
  return unknownOutcome(DETAIL, "it contradicts the reports");
}

/**
 * A charge that waits for its user. If nobody knows it by its id, the bank's page was lost on its way:
 * no user will ever see it, so nothing will be charged.
 */
function toWaiting({ providerRef }: Expected): ChargeOutcome {
  return providerRef === undefined
    ? { status: "declined", reason: "authentication_expired" }
    : { status: "pending", providerRef, awaitsUser: true };
}

/** How one payment ended, or that it waits for its user, or that iyzico does not have it. */
type Detail = ChargeOutcome | "waiting" | "missing";

/** Asks for one payment, by its id if that is known, otherwise by its reference. */
async function askDetail(
  { calls, secretKey, signal }: Charging,
  expected: Expected,
): Promise<Detail> {
  const { reference, providerRef } = expected;
  const reply = await calls.send("POST", `/${DETAIL}`, {
    locale: "tr",
    conversationId: reference,
    ...(providerRef !== undefined && { paymentId: providerRef }),
    paymentConversationId: reference,
  }, signal);
  if (!reply.ok) {
    if (isNoSuchPayment(reply.failure)) return "missing";
    throw unexplained(DETAIL, reply.failure);
  }
  const { fields } = reply;
  const status = textOf(fields, "paymentStatus");
  if (status === "SUCCESS") return toCharged(DETAIL, fields, expected, secretKey);
  checkPayment(DETAIL, fields, expected, secretKey);
  if (status === "INIT_THREEDS" || status === "CALLBACK_THREEDS") return "waiting";
  if (status !== "FAILURE") throw unknownOutcome(DETAIL, "its payment has another state");
  return { status: "declined", reason: reasonOf(textOf(fields, "errorGroup")) };
}

function reasonOf(errorGroup: string | undefined): DeclineReason {
  const meaning = meaningOfErrorGroup(errorGroup);
  if (meaning.kind === "declined") return meaning.reason;
  return meaning.kind === "wants_authentication" ? "authentication_required" : "declined";
}
