import type { Account, AccountId } from "../account.ts";
import type { Command } from "../decision.ts";
import { decideErasing, eraseEntry } from "../erasing.ts";
import type { AccountErased } from "../journal.ts";
import { ENTRIES_ERASED_AT_ONCE } from "../limits.ts";
import type { ErasableCache } from "../ports/account_cache.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AuthStore } from "../ports/auth_store.ts";
import type { Digests } from "../ports/digests.ts";
import type { Erasing } from "../ports/erasing.ts";
import { StoreUnavailableError } from "../ports/errors.ts";
import type { Journal } from "../ports/journal.ts";
import type { RejectionOf } from "../rejection.ts";
import { journalPages } from "./journal_pages.ts";

interface ErasingPorts extends FinishingPorts {
  readonly accounts: Pick<Accounts, "update">;
}

interface FinishingPorts {
  readonly auth: Pick<AuthStore, "endSessions">;
  readonly cache: Pick<ErasableCache, "replace">;
  readonly digests: Pick<Digests, "chain">;
  readonly erasing: Erasing;
  readonly journal: Pick<Journal, "list">;
}

export interface ErasingCommand extends Command {
  readonly account: AccountId;
  /** Whether the free texts of entries stay. */
  readonly keepTexts: boolean;
}

/**
 * Erases what is kept of a person, and leaves the journal under the account's number. The account is
 * marked first: from then on nothing personal can be written to it, so each step removes for good.
 * A repeat does all steps again, because a process may have stopped between any two.
 */
export async function eraseUser(
  ports: ErasingPorts,
  { account: id, keepTexts, ...command }: ErasingCommand,
): Promise<UpdateOutcome<AccountErased, RejectionOf<"account_not_closed">>> {
  const outcome = await ports.accounts.update(
    { account: id, command },
    ({ account }) => decideErasing(account, { ...command, keepTexts }),
  );
  if (!("account" in outcome)) return outcome;
  await finishErasing(ports, outcome.account, { keepTexts });
  return outcome;
}

/** Removes what is left of the person of an account that is marked as erased. */
export async function finishErasing(
  { auth, cache, digests, erasing, journal }: FinishingPorts,
  account: Account,
  { keepTexts }: Pick<ErasingCommand, "keepTexts">,
): Promise<void> {
  const { id } = account;
  await auth.endSessions(id);
  await erasing.erasePerson(id);
  const digest = digests.chain;
  const pages = journalPages(journal, id, { upTo: account.seq, limit: ENTRIES_ERASED_AT_ONCE });
  for await (const page of pages) {
    const erased = page.flatMap((entry) => eraseEntry(entry, { digest, keepTexts }) ?? []);
    if (erased.length > 0) await erasing.eraseEntries(id, erased);
  }
  await replaceCached(cache, account);
  await erasing.purge();
}

/** An older state in a cache has fingerprints of cards: as long as one may be there, nothing is done. */
async function replaceCached(
  cache: Pick<ErasableCache, "replace">,
  account: Account,
): Promise<void> {
  try {
    await cache.replace(account);
  } catch (error) {
    throw error instanceof Error ? new StoreUnavailableError(error) : error;
  }
}
