import type { EntryType } from "../../../domain/journal.ts";

/** What of a wallet no card brought: how much of it is still there, and how much was spent and may come back. */
export interface Grants {
  readonly granted: number;
  readonly spentGrants: number;
}

interface Funds extends Grants {
  readonly balance: number;
}

interface Movement {
  readonly type: EntryType;
  readonly amount: number;
  readonly delta: number;
}

/** How much of the balance cards brought: all that may go back to them. */
export function cardMoneyOf({ balance, granted }: Pick<Funds, "balance" | "granted">): number {
  return balance - granted;
}

/** Payments spend what cards brought first; their refunds bring back first what was granted. */
export function grantsAfter(
  funds: Funds,
  { type, amount, delta }: Movement,
): Grants {
  const { granted, spentGrants } = funds;
  switch (type) {
    case "account_opened":
      return { granted: amount, spentGrants };
    case "payment": {
      const spent = Math.max(0, amount - cardMoneyOf(funds));
      return { granted: granted - spent, spentGrants: spentGrants + spent };
    }
    case "refund": {
      const back = Math.min(amount, spentGrants);
      return { granted: granted + back, spentGrants: spentGrants - back };
    }
    case "adjustment":
      return { granted: Math.max(0, granted + delta), spentGrants };
    default:
      return { granted, spentGrants };
  }
}
