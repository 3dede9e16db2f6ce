import type { Instant } from "../../domain/account.ts";
import type { KeyId } from "../../domain/auth.ts";
import type { AuditRecord } from "../../domain/ports/audit.ts";

/** Audit records that are written together, as one row. */
export interface AuditBatch {
  readonly lastAt: Instant;
  /** The 16 bytes of each record's request id, or zeros if Kese did not make that id. */
  readonly requestIds: Uint8Array;
  /** JSON, as {@linkcode AUDIT_TABLES} reads it. */
  readonly records: string;
}

/** What many records of a batch share. */
type Kind = readonly [
  who: AuditRecord["who"],
  filo: string | null,
  operation: string,
  status: number,
  code: string | null,
  fields?: string | null,
  key?: KeyId,
];

/** What only this record has: a request id if a client chose it, address and count only for strangers. */
type Row = readonly [
  after: number,
  kind: number,
  userNo: string | null,
  requestId?: string | null,
  peer?: string,
  count?: number,
];

const UUID_BYTES = 16;
const UUID = /^[\da-f]{8}-[\da-f]{4}-[\da-f]{4}-[\da-f]{4}-[\da-f]{12}$/;
const NO_UUID = "0".repeat(2 * UUID_BYTES);

/**
 * The table of batches, and the view that reads them record by record. A batch holds once what its
 * records share, and counts times from its first record: an object per record took three times as many
 * bytes, and more than a third of what a payment writes.
 */
export const AUDIT_TABLES = `
  CREATE TABLE audit_batches (
    batch_no INTEGER PRIMARY KEY,
    last_at INTEGER NOT NULL,
    request_ids BLOB NOT NULL,
    records TEXT NOT NULL
  );
  CREATE VIEW audit AS
    WITH one AS (
      SELECT batch_no, key AS place, (records ->> 'at') + (value ->> 0) AS at, value AS own,
        lower(hex(substr(request_ids, ${UUID_BYTES} * key + 1, ${UUID_BYTES}))) AS id,
        records -> 'kinds' -> (value ->> 1) AS kind
      FROM audit_batches, json_each(records, '$.rows')
    )
    SELECT batch_no, place, at,
      coalesce(own ->> 3, concat_ws('-', substr(id, 1, 8), substr(id, 9, 4), substr(id, 13, 4),
        substr(id, 17, 4), substr(id, 21))) AS request_id,
      kind ->> 0 AS who, kind ->> 1 AS filo, own ->> 2 AS user_no, kind ->> 2 AS operation,
      kind ->> 3 AS status, kind ->> 4 AS code, kind ->> 5 AS fields,
      kind ->> 6 AS key, own ->> 4 AS peer, coalesce(own ->> 5, 1) AS count
    FROM one;
`;

/** Packs records, of which there is at least one. */
export function toAuditBatch(records: readonly AuditRecord[]): AuditBatch {
  const at = records[0]?.at ?? 0;
  const kinds = new Map<string, number>();
  const ids: string[] = [];
  let lastAt = at;
  const rows = records.map((record): Row => {
    const { requestId, userNo, peer, count = 1 } = record;
    const text = JSON.stringify(kindOf(record));
    const kind = kinds.get(text) ?? kinds.size;
    kinds.set(text, kind);
    const isUuid = UUID.test(requestId);
    ids.push(isUuid ? requestId : NO_UUID);
    lastAt = Math.max(lastAt, record.at);
    const after = record.at - at;
    if (peer !== undefined) return [after, kind, userNo, isUuid ? null : requestId, peer, count];
    return isUuid ? [after, kind, userNo] : [after, kind, userNo, requestId];
  });
  return {
    lastAt,
    requestIds: Uint8Array.fromHex(ids.join("").replaceAll("-", "")),
    records: `{"at":${at},"kinds":[${[...kinds.keys()]}],"rows":${JSON.stringify(rows)}}`,
  };
}

function kindOf(record: AuditRecord): Kind {
  const { who, filo, operation, status, code, fields, key } = record;
  if (key !== undefined) return [who, filo, operation, status, code, fields ?? null, key];
  if (fields !== undefined) return [who, filo, operation, status, code, fields];
  return [who, filo, operation, status, code];
}

/** A batch as its row has it, read record by record, the last one first. */
export function* fromAuditBatch(
  { requestIds, records }: Pick<AuditBatch, "requestIds" | "records">,
): Generator<AuditRecord> {
  const { at, kinds, rows }: Packed = JSON.parse(records);
  for (const [place, row] of [...rows.entries()].reverse()) {
    const [after, kind, userNo, requestId, peer, count] = row;
    const [who, filo, operation, status, code, fields, key] = kinds[kind] ?? NO_KIND;
    yield {
      at: at + after,
      requestId: requestId ?? toUuid(requestIds, place),
      who,
      filo,
      userNo,
      operation,
      status,
      code,
      ...(key !== undefined && { key }),
      ...((fields ?? undefined) !== undefined && { fields: String(fields) }),
      ...(peer !== undefined && { peer, ...(count !== undefined && { count }) }),
    };
  }
}

interface Packed {
  readonly at: Instant;
  readonly kinds: readonly Kind[];
  readonly rows: readonly Row[];
}

/** Stands for a kind that a damaged batch lacks. */
const NO_KIND: Kind = ["anonymous", null, "unknown", 0, null];

function toUuid(requestIds: Uint8Array, place: number): string {
  const id = requestIds.subarray(UUID_BYTES * place, UUID_BYTES * (place + 1)).toHex();
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map((part) => id.slice(...part)).join("-");
}
