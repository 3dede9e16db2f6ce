import { lira } from "../amounts.ts";
import { openHolds, refuseClosed, refuseInactive, refuseShort } from "./hold_rules.ts";
import { refuseExcess } from "./money_rules.ts";
import {
  accepted,
  type Circumstances,
  type CommandOf,
  type EntryFacts,
  refused,
  type Verdict,
  type Wallet,
} from "./wallet.ts";

/** Why the clients of the model adjust a balance. */
export const ADJUSTED_FOR = "correction";

export function adjust(
  wallet: Wallet,
  command: CommandOf<"adjust">,
  circumstances: Circumstances,
): Verdict {
  const { direction, amount, note } = command;
  const refusal = refuseClosed(wallet) ??
    (direction === "debit"
      ? refuseShort(wallet, amount, circumstances.at)
      : refuseExcess(wallet, amount));
  if (refusal) return refusal;
  const facts: EntryFacts = {
    type: "adjustment",
    amount,
    delta: direction === "debit" ? -amount : amount,
    direction,
    reason: ADJUSTED_FOR,
    ...note && { note },
  };
  return accepted(wallet, facts, { circumstances, command });
}

export function changeStatus(
  wallet: Wallet,
  command: CommandOf<"freeze" | "unfreeze" | "close" | "erase">,
  circumstances: Circumstances,
): Verdict {
  const acceptance = { circumstances, command };
  switch (command.kind) {
    case "freeze":
      return refuseInactive(wallet) ??
        accepted({ ...wallet, status: "frozen" }, { type: "account_frozen" }, acceptance);
    case "unfreeze":
      if (wallet.status === "active") return refused("account_not_frozen");
      return refuseClosed(wallet) ??
        accepted({ ...wallet, status: "active" }, { type: "account_unfrozen" }, acceptance);
    case "erase":
      if (wallet.status === "erased") return { kind: "unchanged" };
      if (wallet.status !== "closed") return refused("account_not_closed");
      return accepted(
        { ...wallet, status: "erased", cards: [], selected: null },
        { type: "account_erased" },
        acceptance,
      );
    case "close": {
      const { balance, openTopUps: { size: openTopUps } } = wallet;
      const holds = openHolds(wallet, circumstances.at).length;
      const isEmpty = balance === 0 && holds === 0 && openTopUps === 0;
      return refuseClosed(wallet) ??
        (isEmpty
          ? accepted({ ...wallet, status: "closed" }, { type: "account_closed" }, acceptance)
          : refused("account_not_empty", { balance: lira(balance), holds, openTopUps }));
    }
  }
}
