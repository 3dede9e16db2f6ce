import { type AccountOpeningCommand, openAccount } from "../account_opening.ts";
import type { Accepted } from "../decision.ts";
import { checkKey } from "../fold.ts";
import type { EntryOf } from "../journal.ts";
import { COMMAND_DEADLINE_MILLISECONDS } from "../limits.ts";
import type { NewPerson, OpeningOutcome } from "../ports/accounts.ts";
import type { AccountStore } from "../ports/account_store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import { pauseMilliseconds } from "./retry_pause.ts";

interface OpeningPorts {
  readonly store: AccountStore;
  readonly journal: Pick<Journal, "find">;
  readonly clock: Clock;
  readonly log: Log;
  readonly pause: (milliseconds: number) => Promise<void>;
}

/** Inserts a new account, and finds out what became of an insert whose answer was lost. */
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
      const found = await findOpening(ports, command, opening);
      if (found) return found;
    } catch (error) {
      // The insert may have happened, so it is tried again; an existing account then tells.
      log.warn("account_opening_unclear", { requestId: command.requestId, error });
    }
    await pause(pauseMilliseconds(attempt));
  }
  return { outcome: "outcome_unknown" };
}

/** What an existing account says of an opening: its own, a repeated one, or another's. */
async function findOpening(
  { store, journal }: OpeningPorts,
  command: AccountOpeningCommand,
  opening: Accepted<EntryOf<"account_opened">>,
): Promise<OpeningOutcome | undefined> {
  const { account: id, idempotency } = command;
  const keys = idempotency ? [idempotency.keyHash] : [];
  const existing = await store.load(id, { keys });
  if (existing === undefined) return undefined;
  if (await journal.find(id, opening.entry.id)) {
    return { outcome: "accepted", entry: opening.entry };
  }
  const repeated = checkKey(command, existing.entriesByKey);
  if (repeated === "key_reused") return { outcome: "key_reused" };
  if (repeated?.type === "account_opened") return { outcome: "replayed", entry: repeated };
  return { outcome: "user_exists" };
}
