import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import type { SandboxCharge, SandboxChargeStore } from "../gateway/sandbox.ts";
import type { SqliteDatabase } from "./database.ts";
import { promised } from "./promised.ts";

interface ChargeRow {
  readonly reference: string;
  readonly amount: number;
  readonly last4: string;
  readonly declined: DeclineReason | null;
}

export function createSqliteSandboxCharges(database: SqliteDatabase): SandboxChargeStore {
  const insert = database.prepare(`
    INSERT INTO sandbox_charges (reference, amount, last4, declined) VALUES (?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const select = database.prepare(
    "SELECT reference, amount, last4, declined FROM sandbox_charges WHERE reference = ?",
  );
  const find = (reference: string): SandboxCharge | undefined => {
    const row = select.get(reference) as ChargeRow | undefined;
    return row && fromChargeRow(row);
  };
  return {
    insertOnce: (charge) =>
      database.write(() => {
        insert.run(charge.reference, charge.amountKurus, charge.last4, charge.declined);
        return find(charge.reference) ?? charge;
      }),
    find: (reference) => promised(() => find(reference)),
  };
}

function fromChargeRow({ reference, amount, last4, declined }: ChargeRow): SandboxCharge {
  return { reference, amountKurus: amount as Kurus, last4, declined };
}
