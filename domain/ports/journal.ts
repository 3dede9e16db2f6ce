import type { AccountId } from "../account.ts";
import type { EntryOf, EntryType, JournalEntry } from "../journal.ts";
import type { Kurus } from "../money.ts";

/** The entries of an account, newest first. */
export interface Journal {
  list(id: AccountId, options: JournalListOptions): Promise<JournalPage>;
  find(id: AccountId, entryId: string): Promise<JournalEntry | undefined>;
  /** Whose entry it is, without knowing any of its account; for what the world outside calls by its id. */
  ownerOf(entryId: string): Promise<AccountId | undefined>;
  /** A payment, with how much of it is refunded. */
  findPayment(id: AccountId, paymentId: string): Promise<FoundPayment | undefined>;
}

export interface FoundPayment {
  readonly entry: EntryOf<"payment">;
  readonly refundedKurus: Kurus;
}

export interface JournalListOptions {
  readonly limit: number;
  /** Only entries with a smaller number. */
  readonly beforeSeq?: number;
  readonly types?: readonly EntryType[];
  /** Only those of that order. */
  readonly orderId?: string;
}

export interface JournalPage {
  readonly entries: readonly JournalEntry[];
  /** Where the next page starts; absent on the last one. A filtered page may be short and not the last. */
  readonly nextBeforeSeq?: number;
}
