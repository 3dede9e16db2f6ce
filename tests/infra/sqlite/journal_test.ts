import { assertEquals, assertLessOrEqual, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { PAGE_SCAN_MAX } from "../../../domain/limits.ts";
import type { JournalListOptions } from "../../../domain/ports/journal.ts";
import { createSqliteJournal, type SqliteJournal } from "../../../infra/sqlite/journal.ts";
import { MARK_EVERY } from "../../../infra/sqlite/schema.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { countJournalReads, type JournalReads } from "../../support/journal_reads.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const ID = { filo: "hergele", userNo: "1" };
const ENTRIES = 1_500;
/** What it may take to get to the first entry of a page: see entry_chain_test.ts. */
const SEEK_READS_MAX = MARK_EVERY + 1;

interface Opened {
  readonly journal: SqliteJournal;
  readonly reads: JournalReads;
  readonly database: DatabaseSync;
}

/** Lends a test the journal of an account that was opened and has paid ever since. */
function withLongJournal(test: (opened: Opened) => Promise<void>): Promise<void> {
  return withTemporaryFile(async ({ path, open }) => {
    const store = open();
    const commands = createCommands();
    await store.accounts.insert(commands.opening(ID, { balanceKurus: ENTRIES }), PERSON);
    const payments = Array.from({ length: ENTRIES - 1 }, () => paying(commands.payment(1)));
    await commitTo(store.accounts, ID, ...payments);
    await store.close();
    const database = new DatabaseSync(path);
    try {
      const reads = countJournalReads(database);
      await test({ journal: createSqliteJournal(database), reads, database });
    } finally {
      database.close();
    }
  });
}

const PAGES: readonly (readonly [string, JournalListOptions, { readonly looksAt: number }])[] = [
  ["the first page", { limit: 100 }, { looksAt: 100 }],
  ["the last page", { limit: 100, beforeSeq: 101 }, { looksAt: 100 }],
  ["a page of one", { limit: 1, beforeSeq: 777 }, { looksAt: 1 }],
  ["a page of a common type", { limit: 5, types: ["payment"] }, { looksAt: 5 }],
  ["a page of a rare type", { limit: 5, types: ["account_opened"] }, { looksAt: PAGE_SCAN_MAX }],
];

for (const [page, options, { looksAt }] of PAGES) {
  Deno.test(`list() reads for ${page} little more than the ${looksAt} entries it looks at`, () =>
    withLongJournal(async ({ journal, reads }) => {
      await journal.list(ID, options);
      assertLessOrEqual(reads.taken(), looksAt + SEEK_READS_MAX);
    }));
}

Deno.test("list() gives the pages next to a missing entry, and says where it is missing", () =>
  withLongJournal(async ({ journal, database }) => {
    database.exec("DELETE FROM main.journal WHERE seq = 1450");
    const { entries } = await journal.list(ID, { limit: 50 });
    assertEquals(
      entries.map(({ seq }) => seq),
      Array.from({ length: 50 }, (_, at) => ENTRIES - at),
    );
    for (const types of [undefined, ["account_opened"]] as const) {
      const page = journal.list(ID, { limit: 51, ...(types && { types }) });
      await assertRejects(() => page, Error, "there is no entry 1450");
    }
  }));
