import { dirname } from "node:path";
import { backup, DatabaseSync } from "node:sqlite";
import { APPLICATION_ID } from "./schema.ts";

/** What a backup contains. */
interface Backup {
  readonly accounts: number;
  readonly entries: number;
}

/**
 * Copies the store, as it is at one moment, into a new file that only its owner can read. Kese may go
 * on writing. The copy gets its name only after it was read back and adds up.
 */
export async function backUp(source: string, target: string): Promise<Backup> {
  await refuseExisting(target);
  await Deno.mkdir(dirname(target), { recursive: true, mode: 0o700 });
  const unfinished = `${target}.unfinished`;
  // SQLite writes into an existing file and leaves its mode as it is.
  (await Deno.open(unfinished, { write: true, createNew: true, mode: 0o600 })).close();
  try {
    await copy(source, unfinished);
    const made = check(unfinished);
    await sync(unfinished);
    await refuseExisting(target);
    await Deno.rename(unfinished, target);
    return made;
  } catch (error) {
    await Deno.remove(unfinished);
    throw error;
  }
}

async function refuseExisting(target: string): Promise<void> {
  const there = await Deno.stat(target).then(() => true, () => false);
  if (there) throw new Error(`${target} exists already: a backup replaces nothing`);
}

async function sync(path: string): Promise<void> {
  using file = await Deno.open(path, { write: true });
  await file.sync();
}

/** In one step, because a copy that pauses starts again after every write of another process. */
async function copy(source: string, target: string): Promise<void> {
  const database = new DatabaseSync(source, { readOnly: true });
  try {
    await backup(database, target, { rate: 2 ** 31 - 1 });
  } finally {
    database.close();
  }
}

/** Reads a whole copy: every page, and whether accounts, entries and balances agree. */
function check(path: string): Backup {
  const database = new DatabaseSync(path);
  try {
    // Then it is one file, with no log next to it.
    database.exec("PRAGMA journal_mode = DELETE");
    return readAll(database);
  } finally {
    database.close();
  }
}

function readAll(copy: DatabaseSync): Backup {
  const { application_id: owner } = copy.prepare("PRAGMA application_id").get() ?? {};
  if (owner !== APPLICATION_ID) throw new Error("it is not a store of Kese");
  const { integrity_check: verdict } = copy.prepare("PRAGMA integrity_check").get() ?? {};
  if (verdict !== "ok") throw new Error(`it is damaged: ${verdict}`);
  const { adds_up: addsUp, accounts, entries } = copy.prepare(`
    SELECT accounts, entries, accounts = heads AND entries = seqs AND deltas = balances AS adds_up
    FROM (SELECT count(*) AS accounts FROM accounts),
      (SELECT count(*) AS entries, coalesce(sum(delta), 0) AS deltas FROM journal),
      (SELECT count(entry_no) AS heads, coalesce(sum(seq), 0) AS seqs,
        coalesce(sum(balance_after), 0) AS balances
      FROM heads JOIN journal ON entry_no = last_entry)`).get() ?? {};
  if (addsUp !== 1) throw new Error("accounts and journal disagree: run `deno task reconcile`");
  return { accounts: Number(accounts), entries: Number(entries) };
}
