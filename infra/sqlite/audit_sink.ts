import type { AuditSink } from "../audit_log.ts";
import type { SqliteDatabase } from "./database.ts";

/** Audit records, in the same transaction as the payments that wait at the moment. */
export function createSqliteAuditSink(database: SqliteDatabase): AuditSink {
  const insert = database.prepare(`
    INSERT INTO audit (at, request_id, who, filo, user_no, operation, status, code)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?)`);
  return {
    write: (records) =>
      database.write(() => {
        for (const { at, requestId, who, filo, userNo, operation, status, code } of records) {
          insert.run(at, requestId, who, filo, userNo, operation, status, code);
        }
      }),
  };
}
