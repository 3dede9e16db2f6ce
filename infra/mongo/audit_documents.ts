import { UUID } from "mongodb";
import type { AuditRecord } from "../../domain/ports/audit.ts";
import { isUuid } from "../crypto/uuids.ts";

/**
 * A record as it is stored. Its id is that of the request, so that it needs no other and is found by that.
 * What is null or usual is left out: a document that said everything by name took twice as many bytes.
 */
export interface AuditDocument extends Pick<AuditRecord, "key" | "fields" | "peer" | "count"> {
  readonly _id: UUID;
  /** Set if the request's id is not in `_id`: a caller chose it, and it is no UUID in lower case or came before. */
  readonly requestId?: string;
  readonly at: Date;
  readonly filo?: string;
  readonly user?: string;
  /** Who did what, with which status and code, for example `session pay 402 busy`. No `who` is the fleet. */
  readonly op: string;
}

const OPERATION = /^(?:(session|anonymous) )?(\S+) (\d+)(?: (.+))?$/s;

/** The document of a record, which gets an id of its own if that of its request cannot be taken. */
export function toAuditDocument(record: AuditRecord, makeId: () => string): AuditDocument {
  const { at, requestId, who, filo, userNo, operation, status, code, ...others } = record;
  const hasUuid = isUuid(requestId);
  return {
    _id: new UUID(hasUuid ? requestId : makeId()),
    ...(!hasUuid && { requestId }),
    at: new Date(at),
    ...(filo !== null && { filo }),
    ...(userNo !== null && { user: userNo }),
    op: [...(who === "fleet" ? [] : [who]), operation, status, ...(code === null ? [] : [code])]
      .join(" "),
    ...others,
  };
}

/** The same under an id of its own, because another record has that of its request. */
export function withOwnId(document: AuditDocument, id: string): AuditDocument {
  const { _id, requestId = _id.toHexString(), ...others } = document;
  return { _id: new UUID(id), requestId, ...others };
}

/** A record as it was written. */
export function fromAuditDocument(document: AuditDocument): AuditRecord {
  const { _id, requestId = _id.toHexString(), at, filo = null, user = null, op, ...others } =
    document;
  const [, who = "fleet", operation = op, status, code = null] = OPERATION.exec(op) ?? [];
  return {
    at: at.getTime(),
    requestId,
    who: who as AuditRecord["who"],
    filo,
    userNo: user,
    operation,
    status: Number(status),
    code,
    ...others,
  };
}
