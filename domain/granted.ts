import type { Account } from "./account.ts";
import { add, type Kurus, NO_MONEY, subtract } from "./money.ts";

/**
 * What of a balance may go back to cards, and what may not because no card brought it: an opening
 * balance and the fleet's credits are granted. Payments spend what cards brought first, so that what is
 * left over at the end is never more than cards brought. A payment writes nothing about that: while
 * nothing but payments and their refunds has come, what is granted is the lower part of the balance.
 */
type Grants = Pick<Account, "grantedKurus" | "spentGrantsKurus">;

/** How much of the balance cards brought. */
export function cardMoneyKurus(account: Account): Kurus {
  return subtract(account.balanceKurus, countUnspent(account));
}

/** Notes what payments have spent of what was granted, before money comes in that is another's. */
export function settleGrants(account: Account): Grants {
  const grantedKurus = countUnspent(account);
  const spent = subtract(account.grantedKurus, grantedKurus);
  return { grantedKurus, spentGrantsKurus: add(account.spentGrantsKurus, spent) };
}

/** The fleet gave money, or took some: what it granted is the first to go. */
export function adjustGrants(account: Account, deltaKurus: Kurus): Grants {
  const { grantedKurus, spentGrantsKurus } = settleGrants(account);
  const after = add(grantedKurus, deltaKurus);
  return { grantedKurus: after < 0 ? NO_MONEY : after, spentGrantsKurus };
}

/**
 * How much of a refund counts as granted again: all that was granted and spent comes back first,
 * whichever payment took it. Without that, a payment from what was granted and its refund would turn
 * it into what cards brought. Nothing as long as the balance alone tells it.
 */
export function grantedAgainKurus(account: Account, amountKurus: Kurus): Kurus {
  if (account.spentGrantsKurus === 0) return NO_MONEY;
  const { spentGrantsKurus } = settleGrants(account);
  return amountKurus < spentGrantsKurus ? amountKurus : spentGrantsKurus;
}

/** What was granted, after a refund that brought that much of it back. */
export function bringGrantBack(account: Account, backKurus: Kurus): Grants {
  const { grantedKurus, spentGrantsKurus } = settleGrants(account);
  return {
    grantedKurus: add(grantedKurus, backKurus),
    spentGrantsKurus: subtract(spentGrantsKurus, backKurus),
  };
}

function countUnspent({ balanceKurus, grantedKurus }: Account): Kurus {
  return grantedKurus < balanceKurus ? grantedKurus : balanceKurus;
}
