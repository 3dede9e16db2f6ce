import {
  HOLD_DEFAULT_MINUTES,
  MINUTE_MILLISECONDS,
  OPEN_HOLDS_PER_ACCOUNT,
  UNENDED_HOLDS_PER_ACCOUNT,
} from "../../../domain/limits.ts";
import { lira } from "../amounts.ts";
import {
  accepted,
  type Circumstances,
  type CommandOf,
  type Entry,
  type EntryFacts,
  refused,
  type Verdict,
  type Wallet,
  type WalletHold,
} from "./wallet.ts";

/** How a hold stands: from its expiry on it is over, whether the journal says so or not. */
export function statusOf({ end, expiresAt }: WalletHold, at: number): string {
  return end?.status ?? (at < expiresAt ? "open" : "expired");
}

/** The holds that hold money at that time. */
export function openHolds(
  { holds }: Wallet,
  at: number,
): readonly (readonly [string, WalletHold])[] {
  return [...holds].filter(([, hold]) => statusOf(hold, at) === "open");
}

/** What they set aside: never more than there is, though clocks may disagree on what has expired. */
export function heldIn(wallet: Wallet, at: number): number {
  const held = openHolds(wallet, at).reduce((sum, [, { amount }]) => sum + amount, 0);
  return Math.min(held, wallet.balance);
}

/** A refusal unless so much is available. */
export function refuseShort(wallet: Wallet, amount: number, at: number): Verdict | undefined {
  const { balance } = wallet;
  const available = balance - heldIn(wallet, at);
  if (amount <= available) return undefined;
  const facts = { balance, available, amount };
  return refused(
    "insufficient_balance",
    Object.fromEntries(Object.entries(facts).map(([name, kurus]) => [name, lira(kurus)])),
  );
}

/** What an account that is not active refuses; a frozen one does all that is owed. */
export function refuseInactive({ status }: Wallet): Verdict | undefined {
  if (status === "active") return undefined;
  return refused(status === "frozen" ? "account_frozen" : "account_closed");
}

export function refuseClosed({ status }: Wallet): Verdict | undefined {
  return status === "closed" || status === "erased" ? refused("account_closed") : undefined;
}

export function placeHold(
  wallet: Wallet,
  command: CommandOf<"place_hold">,
  circumstances: Circumstances,
): Verdict {
  const { amount, minutes = HOLD_DEFAULT_MINUTES, orderId } = command;
  const { at, entryId: holdId } = circumstances;
  const refusal = refuseInactive(wallet) ?? refuseShort(wallet, amount, at);
  if (refusal) return refusal;
  const unended = [...wallet.holds.values()].filter(({ end }) => end === undefined);
  if (
    openHolds(wallet, at).length >= OPEN_HOLDS_PER_ACCOUNT ||
    unended.length >= UNENDED_HOLDS_PER_ACCOUNT
  ) return refused("too_many_holds");
  const ride = { expiresAt: at + minutes * MINUTE_MILLISECONDS, ...orderId && { orderId } };
  const holds = new Map(wallet.holds).set(holdId, { amount, ...ride });
  const facts: EntryFacts = { type: "hold_placed", amount, holdId, ...ride };
  return accepted({ ...wallet, holds }, facts, { circumstances, command });
}

/** The hold, or why it cannot be ended. */
function endable(wallet: Wallet, holdId: string, at: number): WalletHold | Verdict {
  const hold = wallet.holds.get(holdId);
  if (hold === undefined) return refused("hold_not_found");
  const holdStatus = statusOf(hold, at);
  if (holdStatus === "open") return refuseClosed(wallet) ?? hold;
  const paymentId = hold.end?.status === "captured" ? hold.end.paymentId : undefined;
  return refused("hold_closed", { holdStatus, paymentId });
}

export function captureHold(
  wallet: Wallet,
  command: CommandOf<"capture_hold">,
  circumstances: Circumstances,
): Verdict {
  const { holdId } = command;
  const { at, entryId: paymentId } = circumstances;
  const hold = endable(wallet, holdId, at);
  if ("kind" in hold) return hold;
  const { amount = hold.amount } = command;
  const end = { status: "captured", paymentId, amount } as const;
  const holds = new Map(wallet.holds).set(holdId, { ...hold, end });
  const refusal = refuseShort({ ...wallet, holds }, amount, at);
  if (refusal) return refusal;
  const payments = new Map(wallet.payments).set(paymentId, { amount, refunded: 0, at });
  const { orderId } = hold;
  const facts = { amount, delta: -amount, paymentId, holdId, ...orderId && { orderId } };
  return accepted({ ...wallet, holds, payments, newestPayment: paymentId }, {
    type: "payment",
    ...facts,
  }, { circumstances, command });
}

export function releaseHold(
  wallet: Wallet,
  command: CommandOf<"release_hold">,
  circumstances: Circumstances,
): Verdict {
  const { holdId } = command;
  const hold = endable(wallet, holdId, circumstances.at);
  if ("kind" in hold) return hold;
  const holds = new Map(wallet.holds).set(holdId, { ...hold, end: { status: "released" } });
  const facts: EntryFacts = { type: "hold_released", amount: hold.amount, holdId };
  return accepted({ ...wallet, holds }, facts, { circumstances, command });
}

/** The wallet after a sweep noted that a hold has expired, and the entry that must say so. */
export function expireHold(wallet: Wallet, { id, holdId = "", at }: Entry): Verdict {
  const hold = wallet.holds.get(holdId);
  if (hold === undefined || hold.end || at < hold.expiresAt) return refused("expires_nothing");
  const holds = new Map(wallet.holds).set(holdId, { ...hold, end: { status: "expired" } });
  const facts: EntryFacts = { type: "hold_expired", amount: hold.amount, holdId };
  return accepted({ ...wallet, holds }, facts, {
    circumstances: { at, entryId: id, cardIds: [] },
  });
}
