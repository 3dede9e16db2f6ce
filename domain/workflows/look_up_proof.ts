import type { Account, Instant } from "../account.ts";
import type { StoredAccount } from "../ports/store_records.ts";

/** Where the look-ups of open top-ups, card refunds and holds differ from what the journal leaves open. */
export function findLookUpFaults(stored: StoredAccount, replayed: Account): readonly string[] {
  const topUps = replayed.openTopUps.map((open) => [open.topUpId, open.startedAt] as const);
  const cardRefunds = replayed.openCardRefunds
    .map((open) => [open.cardRefundId, open.startedAt] as const);
  const holds = replayed.openHolds.map((open) => [open.holdId, open.expiresAt] as const);
  return [
    ...findOpenFaults("top-up", {
      kept: stored.openTopUps?.map((open) => [open.topUpId, open.startedAt]),
      open: topUps,
    }),
    ...findOpenFaults("card refund", {
      kept: stored.openCardRefunds?.map((open) => [open.cardRefundId, open.startedAt]),
      open: cardRefunds,
    }),
    ...findOpenFaults("hold", {
      kept: stored.openHolds?.map((open) => [open.holdId, open.expiresAt]),
      open: holds,
    }),
  ];
}

type Times = readonly (readonly [id: string, at: Instant])[];

function findOpenFaults(
  what: string,
  looked: { readonly kept: Times | undefined; readonly open: Times },
): readonly string[] {
  if (looked.kept === undefined) return [];
  const kept = new Map(looked.kept);
  const open = new Map(looked.open);
  return [...new Set([...kept.keys(), ...open.keys()])].flatMap((id) => {
    if (kept.get(id) === open.get(id)) return [];
    const fault = !kept.has(id)
      ? "is not looked up as open"
      : !open.has(id)
      ? "is looked up as open, and is not"
      : "is looked up by another time than its own";
    return [`${what} ${id} ${fault}`];
  });
}
