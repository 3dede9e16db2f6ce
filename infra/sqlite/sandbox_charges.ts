import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import type { SandboxCharge, SandboxChargeStore } from "../gateways/sandbox.ts";
import type { SqliteDatabase } from "./database.ts";
import { promised } from "./promised.ts";
import type { Writer } from "./commit/writer.ts";

export interface SandboxWrites {
  /** Returns the charge that is kept under that reference: this one, or an earlier one. */
  insertCharge(charge: SandboxCharge): SandboxCharge;
}

interface ChargeRow {
  readonly reference: string;
  readonly amount: number;
  readonly last4: string;
  readonly declined: DeclineReason | null;
}

export function createSqliteSandboxCharges(
  database: SqliteDatabase,
  writer: Writer<SandboxWrites>,
): SandboxChargeStore {
  const find = createFinder(database);
  return {
    insertOnce: (charge) => writer.write("insertCharge", charge),
    find: (reference) => promised(() => find(reference)),
  };
}

export function createSandboxWrites(database: SqliteDatabase): SandboxWrites {
  const find = createFinder(database);
  const insert = database.prepare(`
    INSERT INTO sandbox_charges (reference, amount, last4, declined) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  return {
    insertCharge: (charge) => {
      const { reference, amountKurus, last4, declined } = charge;
      insert.run(reference, amountKurus, last4, declined);
      return find(reference) ?? charge;
    },
  };
}

function createFinder(database: SqliteDatabase): (reference: string) => SandboxCharge | undefined {
  const select = database.prepare(
    "SELECT reference, amount, last4, declined FROM sandbox_charges WHERE reference = ?",
  );
  return (reference) => {
    const row = select.get(reference) as ChargeRow | undefined;
    return row && fromChargeRow(row);
  };
}

function fromChargeRow({ reference, amount, last4, declined }: ChargeRow): SandboxCharge {
  return { reference, amountKurus: amount as Kurus, last4, declined };
}
