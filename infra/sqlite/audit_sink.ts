import type { Instant } from "../../domain/account.ts";
import type { AuditRecord, AuditSink } from "../../domain/ports/audit.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Writer } from "./commit/writer.ts";

export interface AuditWrites {
  /** `records` is a JSON array of the values of each. */
  writeAudit(lastAt: Instant, records: string): void;
}

/**
 * Audit records, in the same transaction as the payments that wait at the moment. Those that come
 * together are one row: a row for each would cost the payments a quarter of their commit.
 */
export function createSqliteAuditSink(writer: Writer<AuditWrites>): AuditSink {
  return {
    write: async (records) => {
      if (records.length === 0) return;
      const lastAt = records.reduce((latest, { at }) => Math.max(latest, at), 0);
      await writer.write("writeAudit", lastAt, JSON.stringify(records.map(valuesOf)));
    },
  };
}

export function createAuditWrites(database: SqliteDatabase): AuditWrites {
  const insert = database.prepare("INSERT INTO audit_batches (last_at, records) VALUES (?, ?)");
  return { writeAudit: (lastAt, records) => void insert.run(lastAt, records) };
}

/** By place, as the view `audit` names them; what only strangers have stands behind and costs others nothing. */
function valuesOf(record: AuditRecord): readonly (string | number | null)[] {
  const { at, requestId, who, filo, userNo, operation, status, code, peer, count = 1 } = record;
  const values = [at, requestId, who, filo, userNo, operation, status, code];
  return peer === undefined ? values : [...values, peer, count];
}
