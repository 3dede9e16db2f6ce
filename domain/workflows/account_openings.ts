import type { AccountId } from "../account.ts";
import { type AccountOpeningCommand, openAccount } from "../account_opening.ts";
import type { Command } from "../decision.ts";
import { checkKey } from "../fold.ts";
import { COMMAND_DEADLINE_MILLISECONDS } from "../limits.ts";
import type { NewPerson, OpeningOutcome } from "../ports/accounts.ts";
import type { AccountStore } from "../ports/account_store.ts";
import type { SavingPorts } from "./account_saves.ts";
import { pauseMilliseconds } from "./retry_pause.ts";

interface OpeningPorts extends Omit<SavingPorts, "store"> {
  readonly store: Pick<AccountStore, "insert" | "load">;
}

/** Inserts a new account. If the answer is lost, finds out whether it was inserted. */
export async function commitOpening(
  ports: OpeningPorts,
  command: AccountOpeningCommand,
  person: NewPerson,
): Promise<OpeningOutcome> {
  const { clock, log, pause, store } = ports;
  const opening = openAccount(command);
  const deadline = clock.now() + COMMAND_DEADLINE_MILLISECONDS;
  for (let attempt = 0; attempt === 0 || clock.now() < deadline; attempt++) {
    try {
      if (await store.insert(opening, person)) {
        return { outcome: "accepted", entry: opening.entry };
      }
      const found = await findOpening(ports, command);
      if (found) return found;
    } catch (error) {
      // The account may have been inserted. Trying again tells: it then exists.
      log.warn("account_opening_unclear", { requestId: command.requestId, error });
    }
    await pause(pauseMilliseconds(attempt));
  }
  return { outcome: "outcome_unknown" };
}

/** Whether an existing account was opened by this command, by the same request before, or by another. */
export async function findOpening(
  { store, journal }: Pick<OpeningPorts, "store" | "journal">,
  command: Command & { readonly account: AccountId },
): Promise<OpeningOutcome | undefined> {
  const { account: id, idempotency } = command;
  const keys = idempotency ? [idempotency.keyHash] : [];
  const existing = await store.load(id, { keys });
  if (existing === undefined) return undefined;
  const own = await journal.find(id, command.entryId);
  if (own?.type === "account_opened") return { outcome: "accepted", entry: own };
  const repeated = checkKey(command, existing.entriesByKey);
  if (repeated === "key_reused") return { outcome: "key_reused" };
  if (repeated?.type === "account_opened") return { outcome: "replayed", entry: repeated };
  return { outcome: "user_exists" };
}
