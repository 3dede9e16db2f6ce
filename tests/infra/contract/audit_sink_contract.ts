import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { AuditRecord } from "../../../domain/ports/audit.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const RECORD: AuditRecord = {
  at: 1,
  requestId: "req-1",
  who: "fleet",
  filo: "hergele",
  userNo: "1",
  operation: "pay",
  status: 402,
  code: "insufficient_balance",
};

/** Objects as literals make them. */
const PLAIN = { noNullPrototype: true };

/** What every audit sink has to do. */
export function auditSinkContract(name: string, withStore: WithStore<ContractStore>): void {
  Deno.test(`${name}: write() keeps records as they are, in order`, () =>
    withStore(async ({ audit, auditRecords }) => {
      const anonymous = {
        ...RECORD,
        who: "anonymous",
        filo: null,
        userNo: null,
        peer: "2001:db8:0:1::/64",
        count: 12,
      } as const;
      const accepted = { ...RECORD, requestId: "req-2", status: 201, code: null };
      const changed = { ...accepted, operation: "change_user", fields: "name,email" };
      await audit.write([RECORD, anonymous]);
      await audit.write([]);
      const keyed = { ...accepted, key: "key_1" } as const;
      const both = { ...changed, key: "key_2" } as const;
      await audit.write([accepted, changed, keyed, both]);
      assertEquals(await auditRecords(), [RECORD, anonymous, accepted, changed, keyed, both]);
    }));

  Deno.test(`${name}: write() keeps every record of a request id that comes again`, () =>
    withStore(async ({ audit, auditRecords }) => {
      const requestId = "11111111-2222-4333-8444-555555555555";
      const records = Array.from({ length: 4 }, (_, at) => ({ ...RECORD, at, requestId }));
      const between = { ...RECORD, at: 9, requestId: "22222222-3333-4444-8555-666666666666" };
      await audit.write(records.slice(0, 2));
      await audit.write([...records.slice(2), between]);
      const kept = (await auditRecords()).toSorted((one, other) => one.at - other.at);
      assertEquals(kept, [...records, between]);
    }));

  Deno.test(`${name}: write() keeps records of any kind and request id apart`, () =>
    withStore(async ({ audit, auditRecords }) => {
      const uuid = fc.uuid();
      const requestId = fc.oneof(
        uuid,
        uuid.map((id) => id.toUpperCase()),
        uuid.map((id) => id.replaceAll("-", "")),
        fc.stringMatching(/^[A-Za-z0-9._:-]{1,64}$/),
      );
      const kind = {
        filo: fc.constantFrom("hergele", "baska", '"], [', "ş"),
        operation: fc.constantFrom("pay", "refund"),
        status: fc.constantFrom(201, 402),
        code: fc.constantFrom(null, "insufficient_balance", "busy"),
      };
      const at = fc.nat({ max: 4_000_000_000_000 });
      const known = fc.record({
        ...kind,
        at,
        requestId,
        who: fc.constantFrom("fleet", "session"),
        userNo: fc.option(fc.string({ maxLength: 64 })),
      }, PLAIN);
      const stranger = fc.record({
        ...kind,
        at,
        requestId,
        who: fc.constant("anonymous"),
        userNo: fc.constant(null),
        peer: fc.ipV6(),
        count: fc.nat(),
      }, PLAIN);
      const batch = fc.array(fc.oneof(known, stranger), { minLength: 1, maxLength: 30 });
      const batches = fc.sample(batch, { seed: 20260101, numRuns: 30 }) as AuditRecord[][];
      for (const records of batches) await audit.write(records);
      assertEquals(await auditRecords(), batches.flat());
    }));
}
