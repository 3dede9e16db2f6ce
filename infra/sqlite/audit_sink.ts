import type { AuditSink } from "../../domain/ports/audit.ts";
import { type AuditBatch, toAuditBatch } from "./audit_batch.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Writer } from "./commit/writer.ts";

export interface AuditWrites {
  writeAudit(batch: AuditBatch): void;
}

/**
 * Writes audit records in the same transaction as the payments that wait at that moment. Records that
 * arrive together become one row: a row for each would make a commit of payments a quarter slower.
 */
export function createSqliteAuditSink(writer: Writer<AuditWrites>): AuditSink {
  return {
    write: async (records) => {
      if (records.length > 0) await writer.write("writeAudit", toAuditBatch(records));
    },
  };
}

export function createAuditWrites(database: SqliteDatabase): AuditWrites {
  const insert = database.prepare(
    "INSERT INTO audit_batches (first_at, last_at, request_ids, records) VALUES (?, ?, ?, ?)",
  );
  return {
    writeAudit: ({ firstAt, lastAt, requestIds, records }) =>
      void insert.run(firstAt, lastAt, requestIds, records),
  };
}
