import { type AccountId, accountKey, fromAccountKey, type Instant } from "../../domain/account.ts";
import type { EntriesByKey, LoadedAccount } from "../../domain/fold.ts";
import { COMMANDS_PER_FOLD } from "../../domain/limits.ts";
import type {
  AccountStore,
  HoldAddress,
  Interval,
  LoadOptions,
  OpenCardRefundAddress,
  OpenTopUpAddress,
} from "../../domain/ports/account_store.ts";
import type { Arrivals } from "../arrivals.ts";
import type { AccountWrites } from "./commit/account_writes.ts";
import type { SqliteDatabase } from "./database.ts";
import { missingEntry } from "./entry_chain.ts";
import type { SqliteJournal } from "./journal.ts";
import { createKeyReader } from "./key_reader.ts";
import { toPromise } from "./to_promise.ts";
import { type AccountRow, fromAccountRow, toOpeningRows, toSideRows } from "./account_rows.ts";
import { toEntryRow } from "./entry_rows.ts";
import type { Writer } from "./commit/writer.ts";

interface AccountStoreParts {
  readonly database: SqliteDatabase;
  readonly journal: SqliteJournal;
  readonly writer: Writer<AccountWrites>;
  readonly arrivals: Pick<Arrivals, "tell">;
}

/** An account by its key, with its last entry and its last payment. */
export const SELECT_ACCOUNT = `
  SELECT accounts.account_no, state, last_entry, unfiled,
      last.entry_id AS head, last.seq, last.balance_after AS balance,
      paid.entry_id AS payment_id, paid.amount AS payment_amount, paid.at AS payment_at,
      refunded AS payment_refunded
    FROM accounts LEFT JOIN heads USING (account_no)
    LEFT JOIN journal AS last ON last.entry_no = last_entry AND last.account_no = accounts.account_no
    LEFT JOIN journal AS paid ON paid.entry_no = last_payment AND paid.account_no = accounts.account_no
    LEFT JOIN refunded ON payment_id = paid.entry_id
    WHERE account_key = ?`;

const NO_ENTRIES: EntriesByKey = new Map();

/** Stores accounts, and finds them by their open top-ups and holds. */
export function createSqliteAccountStore(
  { database, journal, writer, arrivals }: AccountStoreParts,
): AccountStore {
  const selectAccount = database.prepare(SELECT_ACCOUNT);
  const keys = createKeyReader(database);
  const selectKeys = database.prepare(
    "SELECT account_key FROM accounts WHERE account_key > ? ORDER BY account_key LIMIT ?",
  );
  const selectOpenTopUps = database.prepare(`
    SELECT account_key, top_up_id, started_at FROM open_top_ups
    WHERE (started_at <= ? OR started_at >= ?) AND (started_at, top_up_id) > (?, ?)
    ORDER BY started_at, top_up_id LIMIT ?`);

  const selectOpenCardRefunds = database.prepare(`
    SELECT account_key, card_refund_id, started_at FROM open_card_refunds
    WHERE (started_at <= ? OR started_at >= ?) AND (started_at, card_refund_id) > (?, ?)
    ORDER BY started_at, card_refund_id LIMIT ?`);

  const selectExpiredHolds = database.prepare(`
    SELECT account_key, hold_id, expires_at FROM open_holds
    WHERE expires_at <= ? AND (expires_at, hold_id) > (?, ?)
    ORDER BY expires_at, hold_id LIMIT ?`);

  function load(
    id: AccountId,
    { keys: asked = [], payments = [], topUps = [] }: LoadOptions = {},
  ): LoadedAccount | undefined {
    const row = selectAccount.get(accountKey(id)) as AccountRow | EndlessRow | undefined;
    if (row === undefined) return undefined;
    if (row.head === null) throw missingEntry(row.last_entry);
    return {
      ...withKeys(id, row, asked),
      payments: journal.payments(row.account_no, payments),
      topUps: journal.topUps(row.account_no, topUps),
    };
  }

  /** The account, with the window of its keys only if keys are asked for: reading it walks the journal back. */
  function withKeys(id: AccountId, row: AccountRow, asked: readonly string[]) {
    if (asked.length === 0) return { account: fromAccountRow(id, row), entriesByKey: NO_ENTRIES };
    const recent = keys.recentKeys(row);
    return {
      account: fromAccountRow(id, row, recent),
      entriesByKey: keys.entriesByKey({ ...row, recent }, asked),
    };
  }

  function list(limit: number, after: AccountId | undefined): AccountId[] {
    const rows = selectKeys.all(after ? accountKey(after) : "", limit) as { account_key: string }[];
    return rows.map((row) => fromAccountKey(row.account_key));
  }

  function openTopUps(
    except: Interval,
    limit: number,
    after?: OpenTopUpAddress,
  ): OpenTopUpAddress[] {
    const from = [after?.startedAt ?? 0, after?.topUpId ?? ""];
    const rows = selectOpenTopUps.all(
      except.from,
      except.to,
      ...from,
      limit,
    ) as unknown as OpenTopUpRow[];
    return rows.map(({ account_key, top_up_id: topUpId, started_at: startedAt }) => {
      return { account: fromAccountKey(account_key), topUpId, startedAt };
    });
  }

  function openCardRefunds(
    except: Interval,
    limit: number,
    after?: OpenCardRefundAddress,
  ): OpenCardRefundAddress[] {
    const from = [after?.startedAt ?? 0, after?.cardRefundId ?? ""];
    const rows = selectOpenCardRefunds.all(
      except.from,
      except.to,
      ...from,
      limit,
    ) as unknown as OpenCardRefundRow[];
    return rows.map(({ account_key, card_refund_id: cardRefundId, started_at: startedAt }) => {
      return { account: fromAccountKey(account_key), cardRefundId, startedAt };
    });
  }

  function expiredHolds(now: Instant, limit: number, after?: HoldAddress): HoldAddress[] {
    const from = [after?.expiresAt ?? 0, after?.holdId ?? ""];
    const rows = selectExpiredHolds.all(now, ...from, limit) as unknown as OpenHoldRow[];
    return rows.map(({ account_key, hold_id: holdId, expires_at: expiresAt }) => {
      return { account: fromAccountKey(account_key), holdId, expiresAt };
    });
  }

  return {
    entriesPerSave: COMMANDS_PER_FOLD,
    insert: async (opening, person) => {
      const key = accountKey(opening.account.id);
      const isNew = await writer.write("insertAccount", key, toOpeningRows(opening, person));
      arrivals.tell(opening.account.id.filo);
      return isNew;
    },
    load: (id, options) => toPromise(() => load(id, options)),
    save: async (next, expectedHead, entries) => {
      const key = accountKey(next.id);
      const beside = toSideRows(next, entries);
      const rows = entries.map(toEntryRow);
      const saved = await writer.write("saveAccount", key, expectedHead, beside, ...rows);
      arrivals.tell(next.id.filo);
      return saved;
    },
    list: ({ limit, after }) => toPromise(() => list(limit, after)),
    openTopUps: (...page) => toPromise(() => openTopUps(...page)),
    openCardRefunds: (...page) => toPromise(() => openCardRefunds(...page)),
    expiredHolds: (...page) => toPromise(() => expiredHolds(...page)),
  };
}

/** An account whose last entry is missing. */
interface EndlessRow {
  readonly head: null;
  readonly last_entry: number | null;
}

interface OpenHoldRow {
  readonly account_key: string;
  readonly hold_id: string;
  readonly expires_at: number;
}

interface OpenCardRefundRow {
  readonly account_key: string;
  readonly card_refund_id: string;
  readonly started_at: number;
}

interface OpenTopUpRow {
  readonly account_key: string;
  readonly top_up_id: string;
  readonly started_at: number;
}
