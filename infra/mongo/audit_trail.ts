import { type Collection, type Filter, UUID } from "mongodb";
import type { KeyId } from "../../domain/auth.ts";
import type { AuditListOptions, AuditTrail } from "../../domain/ports/audit.ts";
import { type AuditDocument, fromAuditDocument } from "./audit_documents.ts";

/** Reads the audit by its indexes, each of which begins with the fleet. */
export function createMongoAuditTrail(audit: Collection<AuditDocument>): AuditTrail {
  return {
    list: async (filo, options) => {
      const { limit } = options;
      // One more than wanted tells that there is a next page.
      const found = await audit.find(toFilter(filo, options)).sort({ at: -1, _id: -1 })
        .limit(limit + 1).toArray();
      const shown = found.slice(0, limit);
      const last = found.length > limit ? shown.at(-1) : undefined;
      return {
        records: shown.map(fromAuditDocument),
        ...(last && { next: { major: last.at.getTime(), minor: last._id.toHexString(false) } }),
      };
    },
  };
}

const UUID_DIGITS = 32;

function toFilter(
  filo: string,
  { from, to, userNo, key, after }: AuditListOptions,
): Filter<AuditDocument> {
  const end = after && new Date(after.major);
  const at = {
    ...(from !== undefined && { $gte: new Date(from) }),
    ...(to !== undefined && { $lt: new Date(to) }),
    ...(end && { $lte: end }),
  };
  return {
    filo,
    ...(userNo !== undefined && { user: userNo }),
    ...(key !== undefined && { key: key as KeyId }),
    ...(Object.keys(at).length > 0 && { at }),
    ...(after && end && {
      $or: [{ at: { $lt: end } }, { at: end, _id: { $lt: toUuid(after.minor) } }],
    }),
  };
}

/** Of a place that another store gave, some place. */
function toUuid(hex: string): UUID {
  return new UUID(hex.padStart(UUID_DIGITS, "0"));
}
