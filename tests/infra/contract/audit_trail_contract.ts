import { assertEquals } from "@std/assert";
import fc from "fast-check";
import type { KeyId } from "../../../domain/auth.ts";
import type { AuditListOptions, AuditRecord, AuditTrail } from "../../../domain/ports/audit.ts";
import { createIds } from "../../../infra/crypto/ids.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const FILO = "hergele";
const NOW = 1_800_000_000_000;

function recordOf(place: number, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: NOW + place,
    requestId: `req-${place}`,
    who: "fleet",
    filo: FILO,
    userNo: `${place % 3}`,
    operation: "pay",
    status: 201,
    code: null,
    ...more,
  };
}

/** Every record that a list gives, page by page. */
async function readAll(
  trail: AuditTrail,
  filo: string,
  options: AuditListOptions,
): Promise<readonly AuditRecord[]> {
  const records: AuditRecord[] = [];
  for (let after = options.after, isFirst = true; isFirst || after !== undefined; isFirst = false) {
    const page = await trail.list(filo, { ...options, after });
    assertEquals(page.records.length <= options.limit, true);
    records.push(...page.records);
    after = page.next;
  }
  return records;
}

/** What every audit trail has to do. */
export function auditTrailContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (store: ContractStore) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(body));

  test("list() gives records as they were written, newest first", async ({ audit, auditTrail }) => {
    const records = [
      recordOf(1),
      recordOf(2, { key: "key_1" as KeyId }),
      recordOf(3, { fields: "email,phoneNumber", userNo: null }),
      recordOf(4, { key: "key_1" as KeyId, fields: "authCode", status: 402, code: "busy" }),
      recordOf(5, { who: "anonymous", peer: "10.0.0.1", requestId: crypto.randomUUID() }),
    ];
    await audit.write(records.slice(0, 2));
    await audit.write(records.slice(2));
    const { records: listed, next } = await auditTrail.list(FILO, { limit: 10 });
    const plain = listed.map(({ count: _, ...record }) => record);
    assertEquals(plain, records.toReversed());
    assertEquals(next, undefined);
  });

  test("list() gives nothing of an empty audit", async ({ auditTrail }) => {
    assertEquals(await auditTrail.list(FILO, { limit: 1, from: 0, to: NOW }), { records: [] });
  });

  test("list() gives each record once, whatever is asked for and written meanwhile", async (store) => {
    const { audit, auditTrail } = store;
    const written: AuditRecord[] = [];
    const random = fc.sample(fc.nat({ max: 9 }), { seed: 20260301, numRuns: 400 });
    for (let batch = 0; batch < 40; batch++) {
      const records = random.slice(batch * 10, batch * 10 + 10).map((number, place) =>
        recordOf(batch * 10 + place, {
          filo: number < 7 ? FILO : number === 7 ? "baska" : null,
          userNo: `${number % 3}`,
          ...(number === 1 && { key: "key_1" as KeyId }),
        })
      );
      await audit.write(records);
      written.push(...records);
    }
    const wanted = (fits: (record: AuditRecord) => boolean, filo = FILO) =>
      written.filter((record) => record.filo === filo && fits(record)).toReversed();
    const questions: readonly [Omit<AuditListOptions, "limit">, (one: AuditRecord) => boolean][] = [
      [{}, () => true],
      [{ userNo: "1" }, ({ userNo }) => userNo === "1"],
      [{ key: "key_1" }, ({ key }) => key === "key_1"],
      [{ key: "key_1", userNo: "2" }, () => false],
      [{ from: NOW + 55, to: NOW + 321 }, ({ at }) => at >= NOW + 55 && at < NOW + 321],
      [
        { userNo: "0", from: NOW + 200 },
        ({ at, userNo }) => at >= NOW + 200 && userNo === "0",
      ],
      [{ to: NOW }, () => false],
      [{ from: NOW + 400 }, () => false],
    ];
    for (const [options, fits] of questions) {
      for (const limit of [1, 7, 100]) {
        assertEquals(await readAll(auditTrail, FILO, { ...options, limit }), wanted(fits));
      }
    }
    const others = await readAll(auditTrail, "baska", { limit: 3 });
    assertEquals(others, wanted(() => true, "baska"));
    const first = await auditTrail.list(FILO, { limit: 5 });
    await audit.write([recordOf(1_000), recordOf(1_001)]);
    const rest = await readAll(auditTrail, FILO, { limit: 5, after: first.next });
    assertEquals([...first.records, ...rest], wanted(() => true));
  });

  test("list() gives what came in one moment once and newest first, page by page", async (store) => {
    const { audit, auditTrail } = store;
    const ids = createIds();
    const ofKese = Array.from({ length: 20 }, () => recordOf(0, { requestId: ids.requestId(NOW) }));
    const ofCaller = Array.from({ length: 20 }, (_, place) =>
      recordOf(1, {
        at: NOW + 1,
        // Some text, and a UUID that comes again: only the first can be what its record is found by.
        requestId: place % 2 === 0 ? `req-${place}` : "11111111-2222-4333-8444-555555555555",
      }));
    for (const records of [ofKese, ofCaller]) {
      await audit.write(records.slice(0, 7));
      await audit.write(records.slice(7));
    }
    const listed = await readAll(auditTrail, FILO, { limit: 3 });
    assertEquals(listed.slice(20), ofKese.toReversed());
    const sorted = (records: readonly AuditRecord[]) => records.map((one) => one.requestId).sort();
    assertEquals(sorted(listed.slice(0, 20)), sorted(ofCaller));
    const ofUser = await readAll(auditTrail, FILO, { limit: 3, userNo: "0" });
    assertEquals(ofUser, ofKese.toReversed());
  });

  test("list() finds a name that is written as JSON writes it, and not a part of another", async (store) => {
    const { audit, auditTrail } = store;
    await audit.write([recordOf(1, { userNo: "12" }), recordOf(2, { userNo: "1" })]);
    const found = await auditTrail.list(FILO, { limit: 9, userNo: "1" });
    assertEquals(found.records.map(({ requestId }) => requestId), ["req-2"]);
    assertEquals((await auditTrail.list(FILO, { limit: 9, userNo: "%" })).records, []);
  });
}
