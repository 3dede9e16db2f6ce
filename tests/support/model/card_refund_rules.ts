import {
  DAY_MILLISECONDS,
  OPEN_CARD_REFUNDS_PER_ACCOUNT,
  REFUND_WINDOW_DAYS,
} from "../../../domain/limits.ts";
import { lira } from "../amounts.ts";
import { cardMoneyOf } from "./grants.ts";
import { heldIn, refuseClosed, refuseShort } from "./hold_rules.ts";
import {
  accepted,
  type Circumstances,
  type CommandOf,
  type CreditedTopUp,
  type Entry,
  type EntryFacts,
  refused,
  type Verdict,
  type Wallet,
} from "./wallet.ts";

/** The sandbox refuses to give this amount back. */
const REFUSED_KURUS = 1_313;

export function startCardRefund(
  wallet: Wallet,
  command: CommandOf<"card_refund">,
  circumstances: Circumstances,
): Verdict {
  const refusal = refuseClosed(wallet) ??
    (cardMoneyOf(wallet) === 0 ? refused("nothing_to_refund") : undefined) ??
    (wallet.openCardRefunds.size >= OPEN_CARD_REFUNDS_PER_ACCOUNT
      ? refused("too_many_open_card_refunds")
      : undefined);
  if (refusal) return refusal;
  const { at } = circumstances;
  const topUpId = command.topUpId ?? newestOf(wallet, circumstances);
  const topUp = wallet.credited.get(topUpId ?? "");
  if (topUpId === undefined) return refused("nothing_to_refund");
  if (topUp === undefined) {
    return refused(wallet.topUps.has(topUpId) ? "nothing_to_refund" : "top_up_not_found");
  }
  const refundable = Math.min(topUp.amount - topUp.refunded, cardMoneyOf(wallet));
  const available = wallet.balance - heldIn(wallet, at);
  const { amount = Math.min(refundable, available) } = command;
  if (refundable === 0 || amount === 0) return refused("nothing_to_refund", { topUpId });
  if (!isInTime(topUp, at)) return refused("refund_window_passed", { topUpId });
  if (amount > refundable) {
    const facts = { topUpId, refundable: lira(refundable), amount: lira(amount) };
    return refused("refund_exceeds_top_up", facts);
  }
  const short = refuseShort(wallet, amount, at);
  if (short) return short;
  return begin(wallet, { topUpId, amount }, { circumstances, command });
}

function begin(
  wallet: Wallet,
  { topUpId, amount }: { readonly topUpId: string; readonly amount: number },
  acceptance: Parameters<typeof accepted>[2],
): Verdict {
  const { entryId: cardRefundId } = acceptance.circumstances;
  const credited = move(wallet.credited, topUpId, amount);
  const openCardRefunds = new Map(wallet.openCardRefunds).set(cardRefundId, { topUpId, amount });
  const facts = { amount, delta: -amount, cardRefundId, topUpId };
  return accepted(
    { ...wallet, credited, openCardRefunds },
    { type: "card_refund_started", ...facts },
    acceptance,
  );
}

/**
 * The newest of which anything can go back. One that was credited after the request came may have been
 * overlooked, unless it is the one that the entry names.
 */
function newestOf(
  { credited }: Wallet,
  { at, topUpId: named, knownSeq = Infinity }: Circumstances,
): string | undefined {
  const found = [...credited].toReversed().find(([topUpId, topUp]) =>
    (topUp.seq <= knownSeq || topUpId === named) && topUp.amount > topUp.refunded &&
    isInTime(topUp, at)
  );
  return found?.[0];
}

function isInTime(topUp: CreditedTopUp, at: number): boolean {
  return at - topUp.at <= REFUND_WINDOW_DAYS * DAY_MILLISECONDS;
}

function move(
  credited: Wallet["credited"],
  topUpId: string,
  amount: number,
): Wallet["credited"] {
  const topUp = credited.get(topUpId);
  if (topUp === undefined) return credited;
  return new Map(credited).set(topUpId, { ...topUp, refunded: topUp.refunded + amount });
}

/** The wallet after a card refund ended, and the entry that must say so. */
export function endCardRefund(wallet: Wallet, { id, cardRefundId = "", at }: Entry): Verdict {
  const refund = wallet.openCardRefunds.get(cardRefundId);
  if (refund === undefined) return refused("ends_nothing");
  const openCardRefunds = new Map(wallet.openCardRefunds);
  openCardRefunds.delete(cardRefundId);
  const { topUpId, amount } = refund;
  const acceptance = { circumstances: { at, entryId: id, cardIds: [] } };
  const facts = { amount, cardRefundId, topUpId };
  if (amount !== REFUSED_KURUS) {
    const entry: EntryFacts = { type: "card_refund_completed", ...facts };
    return accepted({ ...wallet, openCardRefunds }, entry, acceptance);
  }
  const credited = move(wallet.credited, topUpId, -amount);
  const entry: EntryFacts = { type: "card_refund_failed", ...facts, delta: amount };
  return accepted({ ...wallet, openCardRefunds, credited }, entry, acceptance);
}
