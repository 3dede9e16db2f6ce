import type { Account, Instant } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import { availableKurus, heldKurus, unexpiredHolds } from "../../domain/available.ts";
import { CURRENCY, formatAmount } from "../../domain/money.ts";
import type { BalanceBody } from "./account_answers.ts";
import { toOpenHold } from "./present_hold.ts";

export function toProfile(profile: Profile): Profile {
  const { name, surname, birthDate, phoneNumber, email } = profile;
  return { name, surname, birthDate, phoneNumber, email };
}

/** An erased account is a closed one to whoever looks at it. */
export function toStatus({ status }: Pick<Account, "status">): BalanceBody["status"] {
  return status === "erased" ? "closed" : status;
}

export function toBalance(account: Account, at: Instant): BalanceBody {
  return {
    userNo: account.id.userNo,
    status: toStatus(account),
    balance: formatAmount(account.balanceKurus),
    held: formatAmount(heldKurus(account, at)),
    available: formatAmount(availableKurus(account, at)),
    currency: CURRENCY,
    holds: unexpiredHolds(account, at).map(toOpenHold),
  };
}
