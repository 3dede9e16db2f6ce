import { assertEquals, assertLess } from "@std/assert";
import { toAuditBatch } from "../../../infra/sqlite/audit_batch.ts";

const RECORDS = 1_000;
/** What a record took as a JSON array of its own. */
const BYTES_BEFORE = 98;

Deno.test("toAuditBatch() packs the record of a payment into less than half of what it says", () => {
  const records = Array.from({ length: RECORDS }, (_, place) => ({
    at: 1_800_000_000_000 + Math.floor(place / 4),
    requestId: crypto.randomUUID(),
    who: "fleet" as const,
    filo: "hergele",
    userNo: `rider-${place}`,
    operation: "pay",
    status: 201,
    code: null,
  }));
  const batch = toAuditBatch(records);
  const bytes = batch.records.length + batch.requestIds.length;
  assertLess(bytes / RECORDS, BYTES_BEFORE / 2);
  assertEquals(batch.requestIds.length / RECORDS, 16);
  assertEquals(batch.lastAt, records.at(-1)?.at);
});
