import { assertEquals } from "@std/assert";
import { BSON, ObjectId, UUID } from "mongodb";
import type { AuditRecord } from "../../../domain/ports/audit.ts";
import { createIds } from "../../../infra/crypto/ids.ts";
import { type AuditDocument, toAuditDocument } from "../../../infra/mongo/audit_documents.ts";

const NOW = 1_800_000_000_000;
const ID = createIds().requestId(NOW);

const PAYMENT: AuditRecord = {
  at: NOW,
  requestId: ID,
  who: "fleet",
  filo: "hergele",
  userNo: "rider-123",
  operation: "pay",
  status: 201,
  code: null,
};
const REFUSED: AuditRecord = {
  ...PAYMENT,
  who: "session",
  status: 402,
  code: "insufficient_balance",
};

function documentOf(record: AuditRecord): AuditDocument {
  return toAuditDocument(record, () => "01900000-0000-7000-8000-000000000000");
}

/** A document of all that a record says, each under its name. */
function namedBytes({ at, ...record }: AuditRecord): number {
  const expiresAt = new Date(at);
  return BSON.calculateObjectSize({ _id: new ObjectId(), ...record, at: new Date(at), expiresAt });
}

Deno.test("toAuditDocument() takes half the bytes of a document that names everything, and 97 for a payment", () => {
  assertEquals(BSON.calculateObjectSize(documentOf(PAYMENT)), 97);
  assertEquals(namedBytes(PAYMENT), 197);
  assertEquals(BSON.calculateObjectSize(documentOf(REFUSED)), 126);
  assertEquals(namedBytes(REFUSED), 224);
});

Deno.test("toAuditDocument() gives what an operator can read and find", () => {
  const at = new Date(NOW);
  const of = { filo: "hergele", user: "rider-123", at };
  assertEquals(documentOf(PAYMENT), { _id: new UUID(ID), ...of, op: "pay 201" });
  assertEquals(documentOf(REFUSED), {
    _id: new UUID(ID),
    ...of,
    op: "session pay 402 insufficient_balance",
  });
  const stranger = {
    who: "anonymous",
    filo: null,
    userNo: null,
    peer: "10.0.0.1",
    count: 3,
  } as const;
  assertEquals(
    documentOf({ ...PAYMENT, ...stranger, requestId: "req-1", status: 401, code: "x" }),
    {
      _id: new UUID("01900000-0000-7000-8000-000000000000"),
      requestId: "req-1",
      at,
      op: "anonymous pay 401 x",
      peer: "10.0.0.1",
      count: 3,
    },
  );
});

Deno.test("docs/scale.md and docs/deployment.md say how large the document of a payment is", async () => {
  const [scale, deployment] = await Promise.all(
    ["scale", "deployment"].map((name) =>
      Deno.readTextFile(new URL(`../../../docs/${name}.md`, import.meta.url))
    ),
  );
  const bytes = BSON.calculateObjectSize(documentOf(PAYMENT));
  const [, kilobytes] = /\| `audit` +\| ([\d.]+) KB a request/.exec(scale ?? "") ?? [];
  assertEquals(kilobytes, (bytes / 1_000).toFixed(2));
  assertEquals(/a payment's record takes (\d+) bytes/.exec(deployment ?? "")?.[1], `${bytes}`);
});
