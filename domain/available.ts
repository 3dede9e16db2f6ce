import type { Account, Instant, OpenHold } from "./account.ts";
import { add, type Kurus, NO_MONEY, subtract } from "./money.ts";

/** The part of an account that available money depends on. */
type Money = Pick<Account, "balanceKurus" | "openHolds">;

/** The holds that still set money aside at that time. A hold expires by time, whether or not it was swept. */
export function unexpiredHolds(
  { openHolds }: Pick<Money, "openHolds">,
  at: Instant,
): readonly OpenHold[] {
  return openHolds.filter(({ expiresAt }) => at < expiresAt);
}

/**
 * What open holds set aside. Never more than the balance: an instance whose clock is ahead may have let
 * a payment take the money of a hold that, by this clock, is still open.
 */
export function heldKurus(account: Money, at: Instant): Kurus {
  const { balanceKurus, openHolds } = account;
  if (openHolds.length === 0) return NO_MONEY;
  const held = unexpiredHolds(account, at)
    .reduce((sum, hold) => add(sum, hold.amountKurus), NO_MONEY);
  return held < balanceKurus ? held : balanceKurus;
}

/** What payments, holds and debits can take: the balance without what open holds set aside. */
export function availableKurus(account: Money, at: Instant): Kurus {
  const held = heldKurus(account, at);
  return held === NO_MONEY ? account.balanceKurus : subtract(account.balanceKurus, held);
}
