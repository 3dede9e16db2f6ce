import { DECLINES_PER_HOUR, UNNOTED_ACTION_MILLISECONDS } from "../../../domain/limits.ts";
import { type KnownCard, knownCard } from "./cards.ts";
import { withEvent } from "./hourly.ts";
import {
  accepted,
  type Entry,
  type EntryFacts,
  refused,
  shownCard,
  type Verdict,
  type Wallet,
  type WalletTopUp,
} from "./wallet.ts";

/** What happened outside of the journal by the time of an entry. */
export interface Evidence {
  /** What the browser of the top-up's user has posted by then. */
  readonly results: ReadonlySet<string>;
  /** The latest time that any clock has shown by then. */
  readonly latest: number;
}

/** The wallet after a later entry of a top-up, and that entry as it must be. */
export function followTopUp(wallet: Wallet, entry: Entry, evidence: Evidence): Verdict {
  const { topUpId = "", at, id: entryId } = entry;
  const topUp = wallet.openTopUps.get(topUpId);
  const card = wallet.cards.find(({ cardId }) => cardId === topUp?.cardId);
  if (topUp === undefined || card === undefined) return refused("closes_nothing");
  const known = knownCard(card.number);
  const { amount } = topUp;
  const shown = { topUpId, amount, card: shownCard(card, wallet.selected), gateway: "sandbox" };
  const charge = { providerRef: `sbx_${topUpId}` };
  const acceptance = { circumstances: { at, entryId, cardIds: [] } };
  const openTopUps = new Map(wallet.openTopUps);
  switch (entry.type) {
    case "top_up_action_required": {
      const { expiresAt = 0 } = entry;
      if (!known.waits || topUp.expiresAt !== undefined) return refused("nobody_waits");
      openTopUps.set(topUpId, { ...topUp, expiresAt });
      const facts: EntryFacts = { type: entry.type, ...shown, ...charge, expiresAt };
      return accepted({ ...wallet, openTopUps }, facts, acceptance);
    }
    case "top_up_credited": {
      const isApproved = topUp.expiresAt !== undefined && evidence.results.has("approve");
      if (known.declined || (known.waits && !isApproved)) return refused("not_charged");
      openTopUps.delete(topUpId);
      const credit = { amount, refunded: 0, at, seq: wallet.seq + 1 };
      const credited = new Map(wallet.credited).set(topUpId, credit);
      const facts: EntryFacts = { type: entry.type, ...shown, ...charge, delta: amount };
      return accepted({ ...wallet, openTopUps, credited }, facts, acceptance);
    }
    default: {
      const declineReason = reasonOf(entry, { known, topUp, evidence });
      if (declineReason === undefined) return refused("not_declined");
      openTopUps.delete(topUpId);
      const declinesAt = withEvent(wallet.declinesAt, at, DECLINES_PER_HOUR);
      const begun = topUp.expiresAt === undefined ? {} : charge;
      const facts: EntryFacts = { type: "top_up_failed", ...shown, ...begun, declineReason };
      return accepted({ ...wallet, openTopUps, declinesAt }, facts, acceptance);
    }
  }
}

/** Why the card was not charged; undefined if the entry's reason cannot be. */
function reasonOf(
  { declineReason }: Entry,
  { known, topUp: { expiresAt, startedAt }, evidence: { results, latest } }: {
    readonly known: KnownCard;
    readonly topUp: WalletTopUp;
    readonly evidence: Evidence;
  },
): string | undefined {
  if (!known.waits) return known.declined ?? undefined;
  const isOver = latest >= (expiresAt ?? startedAt + UNNOTED_ACTION_MILLISECONDS);
  const isPossible = declineReason === "authentication_failed"
    ? results.has("refuse")
    : declineReason === "authentication_expired" && isOver;
  return isPossible ? declineReason : undefined;
}
