import type { Entry, Wallet } from "./wallet.ts";

/** What of a wallet no card brought: how much of it is still there, and how much was spent and may come back. */
export type Grants = Pick<Wallet, "granted" | "spentGrants">;

/** How much of the balance cards brought: all that may go back to them. */
export function cardMoneyOf({ balance, granted }: Wallet): number {
  return balance - granted;
}

/** Payments spend what cards brought first; their refunds bring back first what was granted. */
export function grantsAfter(
  wallet: Wallet,
  { type, amount, delta }: Pick<Entry, "type" | "amount" | "delta">,
): Grants {
  const { granted, spentGrants } = wallet;
  switch (type) {
    case "account_opened":
      return { granted: amount, spentGrants };
    case "payment": {
      const spent = Math.max(0, amount - cardMoneyOf(wallet));
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
