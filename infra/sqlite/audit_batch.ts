import type { Instant } from "../../domain/account.ts";
import type { KeyId } from "../../domain/auth.ts";
import type { AuditRecord } from "../../domain/ports/audit.ts";
import { isUuid } from "../crypto/uuids.ts";

/** Audit records that are written together, as one row. */
export interface AuditBatch {
  readonly firstAt: Instant;
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
const NO_UUID = "0".repeat(2 * UUID_BYTES);

/**
 * The table of batches, and the view that reads them record by record. A batch holds once what its
 * records share, and counts times from its first record: an object per record took three times as many
 * bytes, and more than a third of what a payment writes.
 */
export const AUDIT_TABLES = `
  CREATE TABLE audit_batches (
    batch_no INTEGER PRIMARY KEY,
    first_at INTEGER NOT NULL,
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
  let [firstAt, lastAt] = [at, at];
  const rows = records.map((record): Row => {
    const { requestId, userNo, peer, count = 1 } = record;
    const text = JSON.stringify(kindOf(record));
    const kind = kinds.get(text) ?? kinds.size;
    kinds.set(text, kind);
    const hasUuid = isUuid(requestId);
    ids.push(hasUuid ? requestId : NO_UUID);
    firstAt = Math.min(firstAt, record.at);
    lastAt = Math.max(lastAt, record.at);
    const after = record.at - at;
    if (peer !== undefined) return [after, kind, userNo, hasUuid ? null : requestId, peer, count];
    return hasUuid ? [after, kind, userNo] : [after, kind, userNo, requestId];
  });
  return {
    firstAt,
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

/** What is wanted of a batch. */
export interface AuditWish {
  readonly filo: string;
  readonly from?: Instant | undefined;
  readonly to?: Instant | undefined;
  readonly userNo?: string | undefined;
  readonly key?: string | undefined;
}

/**
 * The wanted records of a batch before that place, the last one first, each with its place. Only they
 * are made: most of a batch is of other fleets and users.
 */
export function* readAuditBatch(
  { requestIds, records }: Pick<AuditBatch, "requestIds" | "records">,
  { filo, from = -Infinity, to = Infinity, userNo, key }: AuditWish,
  end = Infinity,
): Generator<{ readonly place: number; readonly record: AuditRecord }> {
  const { at: start, kinds, rows }: Packed = JSON.parse(records);
  const wanted = kinds.map((kind) => kind[1] === filo && (key === undefined || kind[6] === key));
  for (let place = Math.min(end, rows.length) - 1; place >= 0; place--) {
    const row = rows[place];
    const kind = row && wanted[row[1]] ? kinds[row[1]] : undefined;
    if (row === undefined || kind === undefined) continue;
    const at = start + row[0];
    if (at < from || at >= to || (userNo !== undefined && row[2] !== userNo)) continue;
    yield { place, record: toRecord(kind, row, { at, uuid: () => toUuid(requestIds, place) }) };
  }
}

function toRecord(
  [who, filo, operation, status, code, fields, key]: Kind,
  [_after, _kind, userNo, requestId, peer, count]: Row,
  { at, uuid }: { readonly at: Instant; readonly uuid: () => string },
): AuditRecord {
  return {
    at,
    requestId: requestId ?? uuid(),
    who,
    filo,
    userNo,
    operation,
    status,
    code,
    ...(key !== undefined && { key }),
    ...(fields !== undefined && fields !== null && { fields }),
    ...(peer !== undefined && { peer, ...(count !== undefined && { count }) }),
  };
}

interface Packed {
  readonly at: Instant;
  readonly kinds: readonly Kind[];
  readonly rows: readonly Row[];
}

function toUuid(requestIds: Uint8Array, place: number): string {
  const id = requestIds.subarray(UUID_BYTES * place, UUID_BYTES * (place + 1)).toHex();
  return [[0, 8], [8, 12], [12, 16], [16, 20], [20, 32]].map((part) => id.slice(...part)).join("-");
}
