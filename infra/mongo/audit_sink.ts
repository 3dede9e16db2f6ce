import type { Collection } from "mongodb";
import { AUDIT_TTL_DAYS, DAY_MILLISECONDS } from "../../domain/limits.ts";
import type { AuditRecord, AuditSink } from "../../domain/ports/audit.ts";

export interface AuditDocument extends Omit<AuditRecord, "at"> {
  readonly at: Date;
  readonly expiresAt: Date;
}

export function createMongoAuditSink(audit: Collection<AuditDocument>): AuditSink {
  return {
    write: async (records) => {
      if (records.length === 0) return;
      const documents = records.map(({ at, ...record }) => ({
        ...record,
        at: new Date(at),
        expiresAt: new Date(at + AUDIT_TTL_DAYS * DAY_MILLISECONDS),
      }));
      await audit.insertMany(documents, { ordered: false });
    },
  };
}
