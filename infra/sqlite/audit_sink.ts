import type { AuditRecord } from "../../domain/ports.ts";
import type { AuditSink } from "../audit_log.ts";
import type { SqliteDatabase } from "./database.ts";
import type { Writer } from "./writer.ts";

export interface AuditWrites {
  writeAudit(records: readonly AuditRow[]): void;
}

/** The columns of a record: by place, for names would cross to the writing thread with each record. */
type AuditRow = readonly (string | number | null)[];

/** Audit records, in the same transaction as the payments that wait at the moment. */
export function createSqliteAuditSink(writer: Writer<AuditWrites>): AuditSink {
  return { write: (records) => writer.write("writeAudit", records.map(toAuditRow)) };
}

export function createAuditWrites(database: SqliteDatabase): AuditWrites {
  const insert = database.prepare(`
    INSERT INTO audit (at, request_id, who, filo, user_no, operation, status, code)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  return {
    writeAudit: (records) => {
      for (const record of records) insert.run(...record);
    },
  };
}

function toAuditRow(record: AuditRecord): AuditRow {
  const { at, requestId, who, filo, userNo, operation, status, code } = record;
  return [at, requestId, who, filo, userNo, operation, status, code];
}
