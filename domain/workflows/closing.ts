import { type Account, type AccountId, accountKey, isClosed } from "../account.ts";
import { decideClosing, type StatusCommand } from "../account_status.ts";
import type { AccountClosed, JournalEntry } from "../journal.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AuthStore } from "../ports/auth_store.ts";
import type { Log } from "../ports/log.ts";
import type { RejectionOf } from "../rejection.ts";

interface ClosingPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly auth: Pick<AuthStore, "endSessions">;
}

interface ClosingCommand extends StatusCommand {
  readonly account: AccountId;
}

/**
 * Closes an account, then ends its sessions. Each repeat ends them again, because a process may have
 * stopped in between.
 */
export async function closeAccount(
  { accounts, auth }: ClosingPorts,
  { account: id, ...command }: ClosingCommand,
): Promise<UpdateOutcome<AccountClosed, RejectionOf<"account_closed" | "account_not_empty">>> {
  const outcome = await accounts.update(
    { account: id, command },
    ({ account }) => decideClosing(account, command),
  );
  const isClosed = "entry" in outcome ||
    (outcome.outcome === "rejected" && outcome.rejection.code === "account_closed");
  if (isClosed) await auth.endSessions(id);
  return outcome;
}

/**
 * Raises an alarm about money that an entry brought to a closed account. The money was owed and is kept,
 * and the operator has to pay it out. Call it once for each committed entry.
 */
export function reportOwed(
  log: Pick<Log, "error">,
  { account, entry }: { readonly account: Account; readonly entry: JournalEntry },
): void {
  if (!isClosed(account) || entry.deltaKurus <= 0) return;
  const { id: entryId, type } = entry;
  log.error("money_on_closed_account", { account: accountKey(account.id), entryId, type });
}
