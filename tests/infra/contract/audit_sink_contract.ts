import { assertEquals } from "@std/assert";
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
      await audit.write([RECORD, anonymous]);
      await audit.write([]);
      await audit.write([accepted]);
      assertEquals(await auditRecords(), [RECORD, anonymous, accepted]);
    }));
}
