import { z } from "zod";
import type { ChargeOutcome, FoundCharge, Inquiry } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";
import { checkPayment, type Expected, type Payment, payment, toOutcome } from "./payments.ts";

const REPORTS = "payment-reporting/v1/payments";
/** Tries under one reference: two at most, and what went wrong besides. */
const TRIES_MAX = 50;

const listing = z.object({ items: z.array(payment), totalSize: z.int().nullish() });

/** Tells how a charge ended, by all tries that the reports list under its reference. */
export async function inquire(
  calls: Calls,
  expected: Expected,
  signal: AbortSignal,
): Promise<Inquiry> {
  const { reference, amountKurus } = expected;
  const tries = await listTries(calls, reference, signal);
  if (tries.length === 0) return { status: "not_found" };
  const charges = tries.filter(({ paymentStatus }) => paymentStatus === "SUCCESS");
  if (charges.length === 0) return toUncharged(tries, expected);
  const counting = chooseCounting(charges, expected);
  // All of it is back on the card, so nothing was charged in the end.
  if (counting === undefined) return { status: "declined", reason: "declined" };
  checkPayment(REPORTS, counting, { reference, amountKurus });
  const surplus = charges
    .filter((charge) => charge !== counting && !isGivenBack(charge))
    .map(toFound);
  return {
    status: "charged",
    providerRef: counting.id,
    amountKurus,
    ...(surplus.length > 0 && { surplus }),
  };
}

function toFound({ id, paidPrice }: Payment): FoundCharge {
  if (paidPrice === undefined) throw unclear("Craftgate", REPORTS, "an amount cannot be read");
  return { providerRef: id, amountKurus: paidPrice };
}

/** All payments under a reference, the oldest first. */
async function listTries(
  calls: Calls,
  reference: string,
  signal: AbortSignal,
): Promise<readonly Payment[]> {
  const query = { page: "0", size: String(TRIES_MAX), externalId: reference };
  const reply = await calls({ name: REPORTS, path: `/${REPORTS}`, query }, signal);
  if (reply.kind === "refused") throw unclear("Craftgate", REPORTS, describe(reply));
  const read = listing.safeParse(reply.data).data;
  if (read === undefined) throw unclear("Craftgate", REPORTS, "its list cannot be read");
  const { items, totalSize } = read;
  if ((totalSize ?? items.length) !== items.length) {
    throw unclear("Craftgate", REPORTS, "its list is not whole");
  }
  if (items.some(({ externalId }) => externalId !== reference)) {
    throw unclear("Craftgate", REPORTS, "it speaks of another payment");
  }
  return items.toSorted(byAge);
}

/** The ids are numbers that grow; of the same length, their texts do, too. */
function byAge({ id: first }: Payment, { id: second }: Payment): number {
  return first.length - second.length || (first < second ? -1 : 1);
}

/**
 * The charge that counts: the one that is known, even if it was given back later; otherwise the first
 * of the right amount that was not given back.
 */
function chooseCounting(
  charges: readonly Payment[],
  { providerRef, amountKurus }: Expected,
): Payment | undefined {
  const known = charges.find(({ id }) => id === providerRef);
  if (known !== undefined) return known;
  const standing = charges.filter((charge) => !isGivenBack(charge));
  return standing.find(({ paidPrice }) => paidPrice === amountKurus) ?? standing[0];
}

function isGivenBack({ refundStatus }: Payment): boolean {
  return refundStatus === "FULLY_REFUNDED";
}

/** Of tries without a charge: whether one may still become a charge, otherwise how the last one ended. */
function toUncharged(tries: readonly Payment[], expected: Expected): ChargeOutcome {
  const { providerRef } = expected;
  let last: ChargeOutcome = { status: "declined", reason: "declined" };
  let waits = false;
  for (const found of tries) {
    checkPayment(REPORTS, found, { ...expected, providerRef: found.id });
    const { id, paymentStatus } = found;
    if (paymentStatus === "WAITING") return { status: "pending", providerRef: id };
    if (paymentStatus === "INIT_THREEDS" || paymentStatus === "CALLBACK_THREEDS") {
      waits = true;
      continue;
    }
    const outcome = toOutcome(REPORTS, found, expected);
    // Here a failure is what Craftgate's books say, and no longer what a bank did not answer.
    if (outcome.status === "declined") last = outcome;
  }
  if (!waits) return last;
  // If nobody knows it by its id, the bank's page was lost on its way: no user will ever see it.
  return providerRef === undefined
    ? { status: "declined", reason: "authentication_expired" }
    : { status: "pending", providerRef, awaitsUser: true };
}
