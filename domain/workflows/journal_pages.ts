import type { AccountId } from "../account.ts";
import type { JournalEntry } from "../journal.ts";
import type { Journal } from "../ports/journal.ts";

/**
 * Every entry of an account up to a number, newest first, a page at a time. Numbers have no gap and
 * entries stay, so each is given exactly once, whatever is appended meanwhile.
 */
export async function* journalPages(
  journal: Pick<Journal, "list">,
  id: AccountId,
  { upTo, limit }: { readonly upTo: number; readonly limit: number },
): AsyncGenerator<readonly JournalEntry[]> {
  for (let beforeSeq: number | undefined = upTo + 1; beforeSeq !== undefined;) {
    const page = await journal.list(id, { limit, beforeSeq });
    yield page.entries;
    beforeSeq = page.nextBeforeSeq;
  }
}
