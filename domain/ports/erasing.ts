import type { AccountId } from "../account.ts";
import type { JournalEntry } from "../journal.ts";

/** Removes for good what is kept of a person. Each call can be repeated. */
export interface Erasing {
  /** Removes the profile, the authCode and all card numbers of an account that is marked as erased. */
  erasePerson(id: AccountId): Promise<void>;
  /** Puts entries, of which something is erased, in their own place. */
  eraseEntries(id: AccountId, entries: readonly JournalEntry[]): Promise<void>;
  /** Resolves when nothing of what was removed is in the store's files; rejects when some may be. */
  purge(): Promise<void>;
}
