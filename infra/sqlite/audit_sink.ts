import type { AuditRecord } from "../../domain/ports.ts";
import type { AuditSink } from "../audit_log.ts";
import type { SqliteDatabase } from "./database.ts";
import { createRowsInsert, type Row } from "./rows_insert.ts";
import type { Writer } from "./writer.ts";

export interface AuditWrites {
  writeAudit(records: readonly Row[]): void;
}

/** Audit records, in the same transaction as the payments that wait at the moment. */
export function createSqliteAuditSink(writer: Writer<AuditWrites>): AuditSink {
  return { write: (records) => writer.write("writeAudit", records.map(toAuditRow)) };
}

export function createAuditWrites(database: SqliteDatabase): AuditWrites {
  const writeAudit = createRowsInsert(database, {
    into: "audit",
    columns: ["at", "request_id", "who", "filo", "user_no", "operation", "status", "code"],
  });
  return { writeAudit };
}

function toAuditRow(record: AuditRecord): Row {
  const { at, requestId, who, filo, userNo, operation, status, code } = record;
  return [at, requestId, who, filo, userNo, operation, status, code];
}
