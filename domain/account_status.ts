import type { Account } from "./account.ts";
import { unexpiredHolds } from "./available.ts";
import { accepted, type Command, type Decision, rejected } from "./decision.ts";
import type { AccountClosed, AccountFrozen, AccountUnfrozen } from "./journal.ts";
import { type Inactive, refuseClosed, refuseInactive } from "./refusals.ts";
import type { RejectionOf } from "./rejection.ts";

export interface StatusCommand extends Command {
  readonly reason?: string;
}

/** Stops everything new, so that a lost phone pays nothing. Rides in progress and refunds go on. */
export function decideFreezing(
  account: Account,
  command: StatusCommand,
): Decision<AccountFrozen, RejectionOf<Inactive>> {
  return refuseInactive(account) ??
    accepted<"account_frozen">(account, command, { type: "account_frozen", ...toReason(command) });
}

export function decideUnfreezing(
  account: Account,
  command: StatusCommand,
): Decision<AccountUnfrozen, RejectionOf<"account_not_frozen" | "account_closed">> {
  if (account.status === "active") return rejected({ code: "account_not_frozen" });
  return refuseClosed(account) ??
    accepted<"account_unfrozen">(account, command, {
      type: "account_unfrozen",
      ...toReason(command),
    });
}

/** Closes an account that has no money and expects none. It cannot be opened again. */
export function decideClosing(
  account: Account,
  command: StatusCommand,
): Decision<AccountClosed, RejectionOf<"account_closed" | "account_not_empty">> {
  const refusal = refuseClosed(account);
  if (refusal) return refusal;
  const { balanceKurus, openTopUps } = account;
  const holds = unexpiredHolds(account, command.at).length;
  if (balanceKurus > 0 || holds > 0 || openTopUps.length > 0) {
    const found = { balanceKurus, holds, openTopUps: openTopUps.length };
    return rejected({ code: "account_not_empty", ...found });
  }
  return accepted<"account_closed">(account, command, {
    type: "account_closed",
    ...toReason(command),
  });
}

function toReason({ reason }: StatusCommand): { readonly reason?: string } {
  return reason === undefined ? {} : { reason };
}
