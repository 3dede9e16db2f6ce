import { type Account, type Instant, isClosed } from "./account.ts";
import { availableKurus } from "./available.ts";
import { type Rejected, rejected } from "./decision.ts";
import { BALANCE_MAX_KURUS } from "./limits.ts";
import type { Kurus } from "./money.ts";
import type { RejectionOf } from "./rejection.ts";

/** The refusals of an account that is not active. */
export type Inactive = "account_frozen" | "account_closed";

/** Refuses what only an active account may do: paying, holding, topping up, saving and selecting cards. */
export function refuseInactive(
  { status }: Account,
): Rejected<RejectionOf<Inactive>> | undefined {
  if (status === "active") return undefined;
  return rejected({ code: status === "frozen" ? "account_frozen" : "account_closed" });
}

/** Refuses what a frozen account may still do and a closed one may not. */
export function refuseClosed(
  account: Account,
): Rejected<RejectionOf<"account_closed">> | undefined {
  return isClosed(account) ? rejected({ code: "account_closed" }) : undefined;
}

/** Refuses to take more than is available. */
export function refuseShort(
  account: Account,
  { at, amountKurus }: { readonly at: Instant; readonly amountKurus: Kurus },
): Rejected<RejectionOf<"insufficient_balance">> | undefined {
  const available = availableKurus(account, at);
  if (amountKurus <= available) return undefined;
  const { balanceKurus } = account;
  return rejected({
    code: "insufficient_balance",
    balanceKurus,
    availableKurus: available,
    amountKurus,
  });
}

/** Refuses an amount that would lead past the limit of a balance once every open top-up is credited. */
export function refuseExcess(
  { balanceKurus, openTopUps }: Account,
  { amountKurus }: { readonly amountKurus: Kurus },
): Rejected<RejectionOf<"balance_limit_exceeded">> | undefined {
  const underway = openTopUps.reduce((total, topUp) => total + topUp.amountKurus, 0);
  if (balanceKurus + underway + amountKurus <= BALANCE_MAX_KURUS) return undefined;
  return rejected({ code: "balance_limit_exceeded", balanceKurus, amountKurus });
}
