import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import {
  addRefund,
  type SandboxCharge,
  type SandboxChargeStore,
  type SandboxRefund,
} from "../gateways/sandbox.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPromise } from "./to_promise.ts";
import type { Writer } from "./commit/writer.ts";

export interface SandboxWrites {
  /** Returns the charge that is kept under that reference: this one, or an earlier one. */
  insertCharge(charge: SandboxCharge): SandboxCharge;
  endCharge(reference: string, declined: DeclineReason | null): SandboxCharge | undefined;
  giveChargeBack(reference: string, refund: SandboxRefund): SandboxCharge | undefined;
}

interface ChargeRow {
  readonly reference: string;
  readonly amount: number;
  readonly last4: string;
  readonly declined: DeclineReason | null;
  readonly waits: number;
  readonly refunds: string;
}

export function createSqliteSandboxCharges(
  database: SqliteDatabase,
  writer: Writer<SandboxWrites>,
): SandboxChargeStore {
  const find = createFinder(database);
  return {
    insertOnce: (charge) => writer.write("insertCharge", charge),
    find: (reference) => toPromise(() => find(reference)),
    end: (reference, declined) => writer.write("endCharge", reference, declined),
    giveBack: (reference, refund) => writer.write("giveChargeBack", reference, refund),
  };
}

export function createSandboxWrites(database: SqliteDatabase): SandboxWrites {
  const find = createFinder(database);
  const insert = database.prepare(`
    INSERT INTO sandbox_charges (reference, amount, last4, declined, waits, refunds)
    VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING`);
  const end = database.prepare(
    "UPDATE sandbox_charges SET waits = 0, declined = ? WHERE reference = ? AND waits = 1",
  );
  const setRefunds = database.prepare("UPDATE sandbox_charges SET refunds = ? WHERE reference = ?");
  return {
    insertCharge: (charge) => {
      const { reference, amountKurus, last4, declined, waits, refunds } = charge;
      insert.run(reference, amountKurus, last4, declined, Number(waits), JSON.stringify(refunds));
      return find(reference) ?? charge;
    },
    endCharge: (reference, declined) => {
      end.run(declined, reference);
      return find(reference);
    },
    giveChargeBack: (reference, refund) => {
      const charge = find(reference);
      const given = charge && addRefund(charge, refund);
      if (given && given !== charge) setRefunds.run(JSON.stringify(given.refunds), reference);
      return given;
    },
  };
}

function createFinder(database: SqliteDatabase): (reference: string) => SandboxCharge | undefined {
  const select = database.prepare(`
    SELECT reference, amount, last4, declined, waits, refunds
    FROM sandbox_charges WHERE reference = ?`);
  return (reference) => {
    const row = select.get(reference) as ChargeRow | undefined;
    return row && fromChargeRow(row);
  };
}

function fromChargeRow(row: ChargeRow): SandboxCharge {
  const { reference, amount, last4, declined, waits, refunds } = row;
  const amountKurus = amount as Kurus;
  return {
    reference,
    amountKurus,
    last4,
    declined,
    waits: waits !== 0,
    refunds: JSON.parse(refunds),
  };
}
