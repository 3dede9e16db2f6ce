import { assert, assertEquals, assertMatch } from "@std/assert";
import { AUDIT_BUFFER } from "../../domain/limits.ts";
import type { AuditRecord, AuditSink } from "../../domain/ports/audit.ts";
import type { Environment } from "../../infra/process/environment.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";
import { linesWith } from "../support/answers.ts";
import { NOW } from "../support/clock.ts";
import { dumpTables } from "../support/database_dump.ts";
import { replaceMethods } from "../support/faults.ts";
import {
  createUser,
  FLEET,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestRequest,
} from "../support/kese.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

/** A store whose audit a test reads, and makes slow or broken. */
function withSink(write: AuditSink["write"]): Store {
  return { ...openSqliteStore(":memory:"), audit: { write } };
}

async function openRecorded(environment: Partial<Environment> = {}) {
  const records: AuditRecord[] = [];
  const store = withSink((batch) => Promise.resolve(void records.push(...batch)));
  const kese = await openTestKese({ store, environment });
  return { ...kese, records };
}

Deno.test("AuditLog has who did what, when and how it ended", async () => {
  await using kese = await openRecorded();
  const { records } = kese;
  await createUser(kese, "1", "5");
  const bearer = await signIn(kese, "1");
  await kese.dependencies.audit.flush();
  records.splice(0);
  kese.clock.advance(1_234);

  const pay = (amount: string): unknown => ({ userNo: "1", amount });
  const code = { userNo: "1", Filo: FLEET };
  const PAY = "POST /kart-saklamali-odeme";
  const table: [string, TestRequest, Partial<AuditRecord>][] = [
    [PAY, { json: pay("1") }, { who: "fleet", userNo: "1", operation: "pay", status: 201 }],
    [PAY, { json: pay("1"), bearer }, {
      who: "session",
      userNo: "1",
      operation: "pay",
      status: 201,
    }],
    [PAY, { json: pay("9") }, {
      who: "fleet",
      userNo: "1",
      operation: "pay",
      status: 402,
      code: "insufficient_balance",
    }],
    [PAY, { json: pay("x") }, {
      who: "fleet",
      userNo: null,
      operation: "pay",
      status: 422,
      code: "invalid_amount",
    }],
    // The user who did it, not the one he named.
    ["GET /bakiye?userNo=2", { bearer }, {
      who: "session",
      userNo: "1",
      operation: "get_balance",
      status: 403,
      code: "forbidden",
    }],
    ["POST /iade", { json: { userNo: "1" }, bearer }, {
      who: "session",
      userNo: "1",
      operation: "refund",
      status: 403,
      code: "forbidden",
    }],
    [PAY, { json: pay("x"), bearer }, {
      who: "session",
      userNo: "1",
      operation: "pay",
      status: 422,
      code: "invalid_amount",
    }],
    ["GET /bakiye?userNo=9", {}, {
      who: "fleet",
      userNo: "9",
      operation: "get_balance",
      status: 404,
      code: "user_not_found",
    }],
    ["GET /islemler?userNo=1", {}, {
      who: "fleet",
      userNo: "1",
      operation: "list_entries",
      status: 200,
    }],
    ["POST /create_user", { json: newUser("1") }, {
      who: "fleet",
      userNo: "1",
      operation: "create_user",
      status: 409,
      code: "user_exists",
    }],
    ["POST /authenticate_first_route", { json: code, bearer: null }, {
      who: "anonymous",
      userNo: "1",
      operation: "create_code",
      status: 201,
      peer: "unknown",
    }],
    ["POST /authenticate_first_route", { json: code }, {
      who: "fleet",
      userNo: "1",
      operation: "create_code",
      status: 201,
    }],
    ["POST /logout", { bearer }, {
      who: "session",
      userNo: "1",
      operation: "end_session",
      status: 204,
    }],
  ];
  for (const [place, [line, request]] of table.entries()) {
    await send(kese, line, { ...request, headers: { "x-request-id": `request-${place}` } });
  }
  await kese.dependencies.audit.flush();
  assertEquals(
    records,
    table.map(([, , expected], place) => ({
      at: NOW + 1_234,
      requestId: `request-${place}`,
      filo: FLEET,
      code: null,
      ...expected,
    } as AuditRecord)),
  );
});

Deno.test("AuditLog counts what strangers are refused, by address and code", async () => {
  await using kese = await openRecorded({ trustProxy: true });
  const { records } = kese;
  await createUser(kese, "1");
  await kese.dependencies.audit.flush();
  records.splice(0);
  const refuse = (line: string, address: string, bearer: string | null, requestId: string) =>
    send(kese, line, {
      bearer,
      json: { userNo: "1" },
      headers: { "x-forwarded-for": address, "x-request-id": requestId },
    });
  const PAY = "POST /kart-saklamali-odeme";
  for (let place = 0; place < 300; place++) {
    await refuse(PAY, `2001:db8::${place.toString(16)}`, "ks_ended", `request-${place}`);
  }
  await refuse(PAY, "10.0.0.1", null, "of-another");
  await refuse("POST /logout", "10.0.0.1", null, "of-another-operation");
  await refuse("POST /authenticate_second_route", "10.0.0.1", "wrong", "of-another-code");
  await kese.dependencies.audit.flush();
  const refused = { at: NOW, who: "anonymous", filo: null, userNo: null, status: 401 } as const;
  assertEquals(records, [
    {
      ...refused,
      requestId: "request-0",
      operation: "pay",
      code: "unauthenticated",
      peer: "2001:db8:0:0::/64",
      count: 300,
    },
    {
      ...refused,
      requestId: "of-another",
      operation: "several",
      code: "unauthenticated",
      peer: "10.0.0.1",
      count: 2,
    },
    {
      ...refused,
      requestId: "of-another-code",
      operation: "create_session",
      code: "authentication_failed",
      peer: "10.0.0.1",
      count: 1,
    },
  ]);
});

Deno.test("AuditLog has the request id that the answer has", async () => {
  await using kese = await openRecorded();
  const { records } = kese;
  const answer = await send(kese, "GET /bakiye?userNo=1", {
    headers: { "x-request-id": "not safe to keep" },
  });
  await kese.dependencies.audit.flush();
  assertEquals(records[0]?.requestId, answer.headers.get("x-request-id"));
  assertMatch(records[0]?.requestId ?? "", /^[0-9a-f-]{36}$/);
});

Deno.test("AuditLog leaves health and unknown routes out", async () => {
  await using kese = await openRecorded();
  const { records } = kese;
  for (const path of ["/", "/health/live", "/health/ready", "/openapi.json", "/nowhere"]) {
    await send(kese, `GET ${path}`);
  }
  await kese.dependencies.audit.flush();
  assertEquals(records, []);
});

Deno.test("AuditLog has the fault of ours too, as a 500", async () => {
  await using kese = await openRecorded();
  const { records } = kese;
  const mend = replaceMethods(kese.store.accounts, {
    load: () => Promise.reject(new Error("disk full")),
  });
  await send(kese, "GET /bakiye?userNo=1");
  mend();
  await kese.dependencies.audit.flush();
  assertEquals([records[0]?.status, records[0]?.code], [500, "internal"]);
});

Deno.test("close() writes the records that are still in memory", async () => {
  await withTemporaryFile(async (file) => {
    const kese = await openTestKese({ store: file.open() });
    const headers = { "x-request-id": "the-last-request" };
    await send(kese, "GET /bakiye?userNo=1", { headers });
    assertEquals(dumpTables(file.path).includes("the-last-request"), false);
    await kese.close();
    assert(dumpTables(file.path).includes("the-last-request"));
  });
});

Deno.test("close() waits for records that are being written", async () => {
  const gate = Promise.withResolvers<void>();
  const records: AuditRecord[] = [];
  const store = withSink(async (batch) => {
    await gate.promise;
    records.push(...batch);
  });
  const kese = await openTestKese({ store });
  for (let count = 0; count < 3; count++) {
    await send(kese, "GET /bakiye?userNo=1");
    // The first is on its way, the others gather behind it.
    void kese.dependencies.audit.flush();
  }
  const closing = kese.close();
  gate.resolve();
  await closing;
  assertEquals(records.length, 3);
});

Deno.test("AuditLog keeps requests going and drops the oldest records when its sink hangs", async () => {
  const gate = Promise.withResolvers<void>();
  const records: AuditRecord[] = [];
  const store = withSink(async (batch) => {
    await gate.promise;
    records.push(...batch);
  });
  const kese = await openTestKese({ store });
  const { audit } = kese.dependencies;
  const record = (requestId: string): AuditRecord => ({
    at: NOW,
    requestId,
    who: "fleet",
    filo: FLEET,
    userNo: "1",
    operation: "pay",
    status: 201,
    code: null,
  });
  audit.record(record("on-its-way"));
  const flushed = audit.flush();
  for (let count = 0; count < AUDIT_BUFFER + 5; count++) audit.record(record(`r${count}`));
  assertEquals((await send(kese, "GET /health/live")).status, 200);
  assertEquals((await send(kese, "GET /bakiye?userNo=1")).status, 404);
  gate.resolve();
  await flushed;
  await kese.close();
  assertEquals(records.length, AUDIT_BUFFER + 1);
  assertEquals([records[0]?.requestId, records[1]?.requestId], ["on-its-way", "r6"]);
  assertEquals(records.at(-1)?.operation, "get_balance");
  assertMatch(linesWith(kese.lines, "audit_records_dropped").join(), /"dropped":6/);
});

Deno.test("AuditLog says so when its sink fails, and no request notices", async () => {
  let fails = true;
  const records: AuditRecord[] = [];
  const store = withSink((batch) => {
    if (fails) return Promise.reject(new Error("disk full"));
    return Promise.resolve(void records.push(...batch));
  });
  const kese = await openTestKese({ store });
  assertEquals((await send(kese, "GET /bakiye?userNo=1")).status, 404);
  await kese.dependencies.audit.flush();
  assertEquals(linesWith(kese.lines, "audit_not_written").length, 1);
  fails = false;
  await send(kese, "GET /bakiye?userNo=1");
  await kese.close();
  assertEquals(records.length, 1);
});
