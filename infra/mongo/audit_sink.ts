import { type Collection, MongoBulkWriteError } from "mongodb";
import type { AuditSink } from "../../domain/ports/audit.ts";
import { createTimeUuids } from "../crypto/uuids.ts";
import { type AuditDocument, toAuditDocument, withOwnId } from "./audit_documents.ts";
import { isDuplicateKey } from "./connection.ts";

export function createMongoAuditSink(audit: Collection<AuditDocument>): AuditSink {
  const makeId = createTimeUuids();

  /** Gives back those that found their id taken. */
  async function insert(documents: readonly AuditDocument[]): Promise<readonly AuditDocument[]> {
    try {
      await audit.insertMany(documents, { ordered: false });
      return [];
    } catch (error) {
      const refused = new Set(findTaken(error));
      return documents.filter((_, place) => refused.has(place));
    }
  }

  return {
    write: async (records) => {
      if (records.length === 0) return;
      const documents = records.map((record) => toAuditDocument(record, () => makeId(record.at)));
      // A caller may send one request id many times, and must not escape the audit by it.
      const taken = await insert(documents);
      if (taken.length === 0) return;
      await audit.insertMany(
        taken.map((document) => withOwnId(document, makeId(document.at.getTime()))),
        { ordered: false },
      );
    },
  };
}

/** The places of the documents whose ids are taken. Throws what is any other fault. */
function findTaken(error: unknown): readonly number[] {
  const writeErrors = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
  const isNothingElse = writeErrors.length > 0 && writeErrors.every(isDuplicateKey);
  if (!isNothingElse) throw error;
  return writeErrors.map(({ index }) => index);
}
