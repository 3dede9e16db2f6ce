import type { Instant } from "../../domain/account.ts";
import type { EntryType, JournalEntry } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import { toKeyColumn } from "./hash_columns.ts";

/** A row of `journal` as it is read. */
export interface JournalRow {
  readonly entry_no: number;
  readonly entry_id: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly amount: number;
  readonly delta: number;
  readonly balance_after: number;
  readonly at: number;
  readonly facts: string;
}

/** The columns of an entry that all types have, where a row is read as one array. */
export const ENTRY_COLUMNS = "entry_id, journal.seq, type, amount, delta, balance_after, at";
export type EntryColumns = readonly [
  id: string,
  seq: number,
  type: EntryType,
  amount: number,
  delta: number,
  balanceAfter: number,
  at: number,
];

declare const column: unique symbol;
/** An amount for one column: a row is all numbers, so a swapped pair would be stored unnoticed. */
export type KurusFor<Column extends string> = Kurus & { readonly [column]: Column };

/** The columns of `journal` from `entry_id` to `facts`. */
export type EntryRow = readonly [
  id: string,
  type: EntryType,
  amountKurus: KurusFor<"amount">,
  deltaKurus: KurusFor<"delta">,
  balanceAfterKurus: KurusFor<"balance_after">,
  at: Instant,
  key: number | null,
  facts: string,
];

export function toEntryRow(entry: JournalEntry): EntryRow {
  const { id, type, at, idempotency } = entry;
  const amount = entry.amountKurus as KurusFor<"amount">;
  const delta = entry.deltaKurus as KurusFor<"delta">;
  const balanceAfter = entry.balanceAfterKurus as KurusFor<"balance_after">;
  const key = toKeyColumn(idempotency?.keyHash);
  return [id, type, amount, delta, balanceAfter, at, key, toFacts(entry)];
}

/** The fields of an entry that have no column of their own. */
function toFacts(entry: JournalEntry): string {
  const {
    id: _id,
    seq: _seq,
    type: _type,
    at: _at,
    amountKurus: _amount,
    deltaKurus: _delta,
    balanceAfterKurus: _balance,
    ...facts
  } = entry;
  return JSON.stringify(facts);
}

export function fromJournalRow(row: JournalRow): JournalEntry {
  const { entry_id, seq, type, amount, delta, balance_after, at, facts } = row;
  return toEntry([entry_id, seq, type, amount, delta, balance_after, at], JSON.parse(facts));
}

export function toEntry(
  [id, seq, type, amount, delta, balanceAfter, at]: EntryColumns,
  facts: object,
): JournalEntry {
  return {
    type,
    id,
    seq,
    at,
    amountKurus: amount,
    deltaKurus: delta,
    balanceAfterKurus: balanceAfter,
    ...facts,
  } as JournalEntry;
}
