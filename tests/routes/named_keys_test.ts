import { assert, assertEquals, assertFalse, assertMatch, assertNotEquals } from "@std/assert";
import { DAY_MILLISECONDS, ENDED_KEY_TTL_DAYS, NAMED_KEYS_PER_FLEET } from "../../domain/limits.ts";
import { SCOPES } from "../../domain/auth.ts";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { sha256 } from "../../infra/crypto/digests.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import { assertProblem, assertReplays, journalOf, sendWell } from "../support/answers.ts";
import { MINUTE, NOW } from "../support/clock.ts";
import { readFiles } from "../support/database_dump.ts";
import { intercept, meet } from "../support/faults.ts";
import {
  createUser,
  FLEET_KEY,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { makeKey } from "../support/named_keys.ts";
import { assertId, assertInvalidFields, assertSuccess } from "../support/route_answers.ts";
import { withMongo } from "../support/services.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";
import { onBothStores } from "../support/two_instances.ts";

const KEYS = "POST /filo/anahtarlar";
const LIST = "GET /filo/anahtarlar";
const PAY = "POST /kart-saklamali-odeme";
const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };
const WISH = { name: "Kadıköy kasası", scopes: ["pay", "read", "pay"] };

function revokeLine(keyId: string): string {
  return `DELETE /filo/anahtarlar?keyId=${keyId}`;
}

/** The fleet's keys as its list shows them. */
async function listKeys(kese: TestKese, query = ""): Promise<Record<string, unknown>[]> {
  return (await sendWell(kese, `${LIST}${query}`)).body.data;
}

Deno.test(`${KEYS} makes a key that opens what its scopes allow`, async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answer = await send(kese, KEYS, { json: WISH });
  const { keyId, key } = answer.body;
  assertId(keyId, "key");
  assertMatch(key, /^kk_[0-9a-f]{64}$/);
  assertSuccess(answer, 201, {
    message: "Anahtar oluşturuldu. Şimdi saklayın: bir daha gösterilmez.",
    keyId,
    key,
    name: "Kadıköy kasası",
    scopes: ["read", "pay"],
    createdAt: "2026-01-01T00:00:00.000Z",
    expiresAt: null,
  });
  const pay = { json: { userNo: "1", amount: "1" }, bearer: key };
  assertEquals((await send(kese, PAY, pay)).status, 201);
  assertProblem(await send(kese, "POST /iade?userNo=1", { bearer: key }), 403, "forbidden", {
    scope: "refund",
  });
  const second = await sendWell(kese, KEYS, { json: WISH });
  assertNotEquals([second.body.keyId, second.body.key], [keyId, key]);
});

Deno.test(`${KEYS} takes scopes as a list or, in a query, with commas`, async () => {
  await using kese = await openTestKese();
  const scopes = SCOPES.join(",");
  const { body } = await sendWell(kese, `${KEYS}?name=x&scopes=${scopes}`);
  assertEquals(body.scopes, [...SCOPES]);
});

Deno.test(`${KEYS} refuses what is no name, no scope and no time to come`, async () => {
  await using kese = await openTestKese();
  const refuse = async (json: object, ...errors: (readonly [string, string])[]) =>
    assertInvalidFields(await send(kese, KEYS, { json }), "validation_failed", errors);
  for (const scopes of [[], ["all"], "", "read,,pay", "READ", ["read", 1], {}, 1, [null]]) {
    await refuse({ ...WISH, scopes }, ["scopes", "invalid_scopes"]);
  }
  for (const name of ["", " ", "x".repeat(65), 1, "a\u0000b"]) {
    await refuse({ ...WISH, name }, ["name", "invalid_text"]);
  }
  await refuse({ ...WISH, name: "4242424242424242" }, ["name", "holds_card_number"]);
  const never = ["2025-12-31T23:59:59Z", "2026-01-01T00:00:00Z", "2027-01-01", "soon", 1, ""];
  for (const expiresAt of never) {
    await refuse({ ...WISH, expiresAt }, ["expiresAt", "invalid_expires_at"]);
  }
  const missing = await send(kese, KEYS, { json: {} });
  const both = [["name", "missing_parameter"], ["scopes", "missing_parameter"]] as const;
  assertInvalidFields(missing, "missing_parameter", both, 400);
  assertEquals(await listKeys(kese), []);
});

Deno.test("kk_ keys end at the instant that they expire", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const expiresAt = "2026-01-01T03:01:00+03:00";
  const made = await makeKey(kese, ["read"], { json: { expiresAt } });
  assertEquals(made.expiresAt, "2026-01-01T00:01:00.000Z");
  const look = () => send(kese, "GET /bakiye?userNo=1", { bearer: made.key });
  kese.clock.advance(MINUTE - 1);
  assertEquals((await look()).status, 200);
  kese.clock.advance(1);
  assertProblem(await look(), 401, "unauthenticated", {});
  assertEquals((await listKeys(kese)).map(({ keyId }) => keyId), [made.keyId]);
});

Deno.test("kk_ keys need their fleet's Filo, and end with their fleet", async () => {
  await withTemporaryFile(async ({ open }) => {
    const first = await openTestKese({ store: open() });
    await createUser(first, "1");
    const { key: bearer } = await makeKey(first, SCOPES);
    for (const filo of [null, OTHER_FLEET, "nowhere", ""]) {
      const answer = await send(first, "GET /bakiye?userNo=1", { bearer, filo });
      assertProblem(answer, 401, "unauthenticated", {});
    }
    const wrong = `${bearer.slice(0, -1)}${bearer.endsWith("0") ? "1" : "0"}`;
    for (const other of [wrong, bearer.slice(0, -1), `${bearer}0`, bearer.toUpperCase()]) {
      const answer = await send(first, "GET /bakiye?userNo=1", { bearer: other });
      assertProblem(answer, 401, "unauthenticated", {});
    }
    await first.close();
    const fleets = new Map([[OTHER_FLEET, [sha256(OTHER_FLEET_KEY)]]]);
    await using second = await openTestKese({ store: open(), environment: { fleets } });
    const answer = await send(second, "GET /bakiye?userNo=1", { bearer });
    assertProblem(answer, 401, "unauthenticated", {});
  });
});

Deno.test(`${KEYS} makes no second key for one Idempotency-Key`, async () => {
  await using kese = await openTestKese();
  const first = await send(kese, KEYS, { json: WISH, key: "k" });
  assertEquals(first.status, 201);
  const { keyId } = first.body;
  const again = { json: { ...WISH, scopes: "pay,read,pay" }, key: '"k"' };
  assertProblem(await send(kese, KEYS, again), 409, "key_shown_once", { keyId });
  const other = { json: { ...WISH, scopes: ["admin"] }, key: "k" };
  assertProblem(await send(kese, KEYS, other), 422, "idempotency_key_reused", {});
  assertProblem(
    await send(kese, KEYS, { json: WISH, key: '"' }),
    400,
    "invalid_idempotency_key",
    {},
  );
  assertEquals((await listKeys(kese)).length, 1);
  // Another fleet's request is another request.
  assertEquals((await send(kese, KEYS, { json: WISH, key: "k", ...OTHER })).status, 201);
});

Deno.test(`${KEYS} refuses one key more than a fleet may have, until one is revoked or expires`, async () => {
  await using kese = await openTestKese();
  const soon = new Date(NOW + MINUTE).toISOString();
  const expiring = await makeKey(kese, ["read"], { json: { expiresAt: soon } });
  for (let count = 2; count <= NAMED_KEYS_PER_FLEET; count++) await makeKey(kese, ["read"]);
  const more = () => send(kese, KEYS, { json: WISH, key: "k" });
  assertProblem(await more(), 409, "too_many_keys", {});
  assertEquals((await send(kese, KEYS, { json: WISH, ...OTHER })).status, 201);
  kese.clock.advance(MINUTE);
  assertEquals((await more()).status, 201);
  assertProblem(await send(kese, KEYS, { json: WISH }), 409, "too_many_keys", {});
  await sendWell(kese, revokeLine(expiring.keyId));
  assertProblem(await send(kese, KEYS, { json: WISH }), 409, "too_many_keys", {});
});

Deno.test(`${LIST} shows keys newest first, page by page, and never a key itself`, async () => {
  await using kese = await openTestKese();
  const made = [];
  for (let place = 0; place < 5; place++) {
    kese.clock.advance(1);
    made.unshift(await makeKey(kese, ["read"], { json: { name: `Kasa ${place}` } }));
  }
  await makeKey(kese, ["read"], OTHER);
  const shown = made.map(({ key: _, ...one }) => {
    const { message: _message, ...rest } = { message: "", ...one };
    return { ...rest, lastUsedAt: null };
  });
  const first = await sendWell(kese, `${LIST}?limit=3`);
  const second = await sendWell(kese, `${LIST}?limit=3&cursor=${first.body.nextCursor}`);
  assertEquals([...first.body.data, ...second.body.data], shown);
  assertEquals(second.body.nextCursor, null);
  assertFalse((first.text + second.text).includes("kk_"));
  assertEquals((await sendWell(kese, `${LIST}?limit=5`)).body.nextCursor, null);
  const wrong = await send(kese, `${LIST}?cursor=s1`);
  assertInvalidFields(wrong, "validation_failed", [["cursor", "invalid_cursor"]]);
});

Deno.test("DELETE /filo/anahtarlar revokes a key at once, and again without a change", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const made = await makeKey(kese, ["read"]);
  const { key, message: _, ...shown } = { message: "", ...made };
  const look = () => send(kese, "GET /bakiye?userNo=1", { bearer: key });
  assertEquals((await look()).status, 200);
  await kese.dependencies.namedKeys.settled();
  kese.clock.advance(5);
  assertProblem(await send(kese, revokeLine(made.keyId), OTHER), 404, "key_not_found", {});
  assertEquals((await look()).status, 200);
  const first = await send(kese, revokeLine(made.keyId), { key: "k" });
  assertSuccess(first, 200, {
    message: "Anahtar iptal edildi.",
    ...shown,
    lastUsedAt: "2026-01-01T00:00:00.000Z",
    revokedAt: "2026-01-01T00:00:00.005Z",
  });
  assertProblem(await look(), 401, "unauthenticated", {});
  kese.clock.advance(5);
  assertEquals((await send(kese, revokeLine(made.keyId), { key: "k" })).text, first.text);
  assertEquals(await listKeys(kese), []);
  assertProblem(await send(kese, revokeLine("key_none")), 404, "key_not_found", {});
});

Deno.test("lastUsedAt is written once a minute, and holds up no request", async () => {
  const store = openSqliteStore(":memory:");
  const minutes: unknown[] = [];
  const gate = Promise.withResolvers<void>();
  const namedKeys = intercept(store.namedKeys, {
    noteUse: async ({ args, make }) => {
      minutes.push(args[1]);
      if (minutes.length === 1) await gate.promise;
      return await make();
    },
  });
  const kese = await openTestKese({ store: { ...store, namedKeys } });
  await createUser(kese, "1");
  const { key: bearer } = await makeKey(kese, ["read"]);
  const look = () => sendWell(kese, "GET /bakiye?userNo=1", { bearer });
  kese.clock.advance(MINUTE + 1);
  await Promise.all([look(), look(), look()]);
  assertEquals(minutes, [NOW + MINUTE]);
  assertEquals((await listKeys(kese))[0]?.lastUsedAt, null);
  gate.resolve();
  await kese.dependencies.namedKeys.settled();
  await look();
  kese.clock.advance(2 * MINUTE);
  await look();
  await kese.dependencies.namedKeys.settled();
  assertEquals(minutes, [NOW + MINUTE, NOW + 3 * MINUTE]);
  assertEquals((await listKeys(kese))[0]?.lastUsedAt, "2026-01-01T00:03:00.000Z");
  await kese.close();
});

Deno.test("lastUsedAt that cannot be written refuses nobody", async () => {
  const store = openSqliteStore(":memory:");
  const noteUse = () => Promise.reject(new Error("disk full"));
  const namedKeys = intercept(store.namedKeys, { noteUse });
  await using kese = await openTestKese({ store: { ...store, namedKeys } });
  await createUser(kese, "1");
  const { key: bearer } = await makeKey(kese, ["read"]);
  assertEquals((await send(kese, "GET /bakiye?userNo=1", { bearer })).status, 200);
  await kese.dependencies.namedKeys.settled();
  assert(kese.lines.some((line) => line.includes("key_use_not_noted")));
});

Deno.test("by names the key that asked, and an Idempotency-Key is the fleet's", async () => {
  await using kese = await openTestKese();
  const till = await makeKey(kese, ["pay"]);
  await sendWell(kese, "POST /create_user", {
    json: newUser("1", { balance: "10" }),
    bearer: till.key,
  });
  const pay = { json: { userNo: "1", amount: "1" }, key: "ride-1" };
  const first = await sendWell(kese, PAY, { ...pay, bearer: till.key });
  await sendWell(kese, revokeLine(till.keyId));
  const next = await makeKey(kese, ["pay"]);
  assertReplays(await send(kese, PAY, { ...pay, bearer: next.key }), first);
  assertReplays(await send(kese, PAY, pay), first);
  await sendWell(kese, PAY, { json: pay.json, bearer: next.key });
  await sendWell(kese, PAY, { json: pay.json });
  await sendWell(kese, PAY, { json: pay.json, bearer: await signIn(kese, "1") });
  assertEquals(
    (await journalOf(kese, "1")).map(({ by }) => by),
    [till.keyId, till.keyId, next.keyId, "fleet", "session"],
  );
});

Deno.test("POST /authenticate_first_route takes a named key that may pay", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const ask = (bearer: string) =>
    send(kese, "POST /authenticate_first_route", { bearer, json: { userNo: "1" } });
  const pay = await makeKey(kese, ["pay"]);
  assertEquals((await ask(pay.key)).body.delivery, "response");
  const read = await makeKey(kese, ["read", "refund", "adjust", "admin"]);
  const refused = await ask(read.key);
  assertProblem(refused, 403, "forbidden", { scope: "pay" });
  // Of sessions, which this is none of, it says nothing.
  assertEquals(
    refused.body.detail,
    "Bu anahtarın pay yetkisi yok: bu yetkisi olan bir anahtarı ya da filo anahtarını kullanın.",
  );
  await sendWell(kese, revokeLine(pay.keyId));
  assertProblem(await ask(pay.key), 401, "unauthenticated", {});
});

Deno.test("kk_ keys that have ended are 401 however many come from one address", async () => {
  await using kese = await openTestKese();
  const { key: bearer, keyId } = await makeKey(kese, ["read"]);
  await sendWell(kese, revokeLine(keyId));
  for (let count = 0; count < 60; count++) {
    const answer = await send(kese, "GET /bakiye?userNo=1", { bearer });
    assertProblem(answer, 401, "unauthenticated", {});
  }
});

Deno.test("configured keys and sessions ask the store for no named key", async () => {
  const store = openSqliteStore(":memory:");
  const asked: string[] = [];
  const namedKeys = intercept(store.namedKeys, ({ method, make }) => {
    asked.push(method);
    return make();
  });
  await using kese = await openTestKese({ store: { ...store, namedKeys } });
  await createUser(kese, "1");
  const session = await signIn(kese, "1");
  for (const bearer of [FLEET_KEY, session, "kk_", "kk_wrong", null]) {
    await send(kese, "GET /bakiye?userNo=1", { bearer });
  }
  assertEquals(asked, []);
});

onBothStores(
  "DELETE /filo/anahtarlar on one instance is 401 at once on the other",
  async (both) => {
    const [first, second] = both;
    await createUser(first, "1");
    for (let round = 0; round < 10; round++) {
      const { key: bearer, keyId } = await makeKey(first, ["pay"]);
      const pay = (kese: TestKese) =>
        send(kese, PAY, { bearer, json: { userNo: "1", amount: "0.01" } });
      // Both have used it, so each could remember that it is good.
      assertEquals([(await pay(first)).status, (await pay(second)).status], [201, 201]);
      const [revoking, using] = round % 2 === 0 ? [first, second] : [second, first];
      const before = Array.from({ length: 5 }, () => pay(using));
      const revoked = await send(revoking, revokeLine(keyId));
      const after = await Promise.all(Array.from({ length: 5 }, () => pay(using)));
      assertEquals([revoked.status, ...after.map(({ status }) => status)], [
        200,
        ...[401, 401, 401, 401, 401],
      ]);
      for (const { status } of await Promise.all(before)) assert(status === 201 || status === 401);
    }
  },
);

onBothStores(
  "POST /filo/anahtarlar on both instances at once makes one key of one request",
  async (both) => {
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, place) => {
        const kese = both[place % 2] ?? both[0];
        return send(kese, KEYS, { json: WISH, key: "k" });
      }),
    );
    const made = answers.filter(({ status }) => status === 201);
    assertEquals(made.length, 1);
    const [{ body: { keyId } } = { body: { keyId: "" } }] = made;
    for (const answer of answers.filter(({ status }) => status !== 201)) {
      assertProblem(answer, 409, "key_shown_once", { keyId });
    }
    assertEquals((await sendWell(both[0], LIST)).body.data.length, 1);
  },
);

for (const method of ["add", "revoke"] as const) {
  for (const fault of ["fails_before", "fails_after"] as const) {
    Deno.test(`a key whose ${method} ${fault.replace("_", " ")} is made or revoked once by a repeat`, async () => {
      const store = openSqliteStore(":memory:");
      let faults: readonly ("fails_before" | "fails_after")[] = [fault];
      const namedKeys = intercept(store.namedKeys, {
        [method]: (call: Parameters<typeof meet>[0]) => {
          const [next = "none", ...rest] = faults;
          faults = rest;
          return meet(call, next, () => new StoreUnavailableError(new Error("no connection")));
        },
      });
      await using kese = await openTestKese({ store: { ...store, namedKeys } });
      await createUser(kese, "1");
      const make = () => send(kese, KEYS, { json: WISH, key: "k" });
      if (method === "revoke") {
        const { body } = await make();
        const revoke = () => send(kese, revokeLine(body.keyId));
        assertProblem(await revoke(), 503, "outcome_unknown");
        assertEquals((await revoke()).status, 200);
        const look = await send(kese, "GET /bakiye?userNo=1", { bearer: body.key });
        assertProblem(look, 401, "unauthenticated", {});
        return;
      }
      assertProblem(await make(), 503, "outcome_unknown");
      const again = await make();
      assertEquals(again.status, fault === "fails_before" ? 201 : 409);
      const keys = await listKeys(kese);
      assertEquals(keys.map(({ keyId }) => keyId), [again.body.keyId]);
    });
  }
}

Deno.test("kk_ keys stand in no file, no log and no answer but the one that makes them", async () => {
  await withTemporaryFile(async ({ directory, open }) => {
    const kese = await openTestKese({ store: open() });
    await createUser(kese, "1");
    const { key: bearer, keyId } = await makeKey(kese, SCOPES);
    const texts: string[] = [];
    const go = async (line: string, request = {}) =>
      texts.push((await send(kese, line, { bearer, ...request })).text);
    await go(PAY, { json: { userNo: "1", amount: "1" }, key: "k" });
    await go("GET /islemler?userNo=1");
    await go(KEYS, { json: WISH });
    await go(LIST);
    await go("GET /nowhere");
    await go(PAY, { json: { userNo: "1", amount: "x", orderId: bearer } });
    await go(revokeLine(keyId));
    await go("GET /bakiye?userNo=1");
    await kese.dependencies.audit.flush();
    await go("GET /filo/denetim", { bearer: FLEET_KEY });
    await kese.close();
    const secret = bearer.slice("kk_".length);
    const files = await readFiles(directory);
    for (const [where, text] of Object.entries({ texts, lines: kese.lines, files: [files] })) {
      assertFalse(text.join("\n").includes(secret), where);
    }
    assert(files.includes(keyId));
    assert(files.includes(sha256(bearer)));
  });
});

withMongo("MongoDB: kk_ keys stand in no collection", async (_uri, dbName) => {
  const store = openTestMongoStore(dbName);
  const kese = await openTestKese({ store });
  await createUser(kese, "1");
  const { key: bearer, keyId } = await makeKey(kese, SCOPES);
  await sendWell(kese, PAY, { bearer, json: { userNo: "1", amount: "1" }, key: "k" });
  await sendWell(kese, revokeLine(keyId), { bearer });
  await kese.dependencies.audit.flush();
  const names = await store.database.listCollections({}, { nameOnly: true }).toArray();
  const documents = await Promise.all(
    names.map(({ name }) => store.database.collection(name).find().toArray()),
  );
  await kese.close();
  const text = JSON.stringify(documents);
  assertFalse(text.includes(bearer.slice("kk_".length)));
  assert(text.includes(sha256(bearer)));
  // The entry, the key and two records of the audit.
  assertEquals(text.split(keyId).length - 1 >= 4, true);
});

Deno.test("keepHouse() forgets keys a while after they have ended, and no others", async () => {
  await using kese = await openTestKese({ store: openSqliteStore(":memory:") });
  const expiresAt = new Date(NOW + MINUTE).toISOString();
  const expired = await makeKey(kese, ["read"], { json: { expiresAt } });
  const revoked = await makeKey(kese, ["read"]);
  const valid = await makeKey(kese, ["read"]);
  await sendWell(kese, revokeLine(revoked.keyId));
  const { store } = kese;
  const end = NOW + ENDED_KEY_TTL_DAYS * DAY_MILLISECONDS;
  await store.keepHouse(end - 1);
  assertEquals((await send(kese, revokeLine(revoked.keyId))).status, 200);
  await store.keepHouse(end);
  assertEquals((await send(kese, revokeLine(revoked.keyId))).status, 404);
  assertEquals((await listKeys(kese)).length, 2);
  await store.keepHouse(end + MINUTE);
  assertEquals((await listKeys(kese)).map(({ keyId }) => keyId), [valid.keyId]);
  assertEquals((await send(kese, revokeLine(expired.keyId))).status, 404);
});
