import { assert, assertEquals } from "@std/assert";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { reconcileRecords } from "../../domain/workflows/reconciling.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { chainDigest } from "../../infra/crypto/chain_digest.ts";
import { assertProblem, assertReplays, journalOf, sendWell } from "../support/answers.ts";
import { dumpTables, readFiles } from "../support/database_dump.ts";
import { meet, replaceMethods } from "../support/faults.ts";
import {
  createUser,
  newUser,
  openTestKese,
  redisOfTests,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { SqliteDatabase } from "../../infra/sqlite/database.ts";
import type { MongoStore } from "../../infra/mongo/store.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { withMongo } from "../support/services.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";
import { onBothStores } from "../support/two_instances.ts";

const CARD = "4539148803436467";
/** What nothing else in these tests holds. */
const MARKED = {
  name: "Gizem-Işıl",
  surname: "Kaybolacakoğlu",
  birthDate: "1987-06-05",
  phoneNumber: "+905329876543",
  email: "gizem.kaybolacak@example.com",
};
const TEXTS = ["sipariş-silinecek", "açıklama-silinecek", "not-silinecek", "neden-silinecek"];
const [ORDER_ID, DESCRIPTION, NOTE, REASON] = TEXTS;
const ERASED = "Kullanıcının kişisel verileri silindi.";

/** A user with something in every place where personal data can be; gives the token of a session. */
async function live(kese: TestKese, userNo: string): Promise<string> {
  const headers = { "idempotency-key": `create-${userNo}` };
  const json = newUser(userNo, { ...MARKED, balance: "100", allCards: [CARD] });
  await sendWell(kese, "POST /create_user", { json, headers });
  let keys = 0;
  const post = (path: string, more: object) =>
    sendWell(kese, `POST ${path}`, {
      json: { userNo, ...more },
      headers: { "idempotency-key": `key-${++keys}` },
    });
  await post("/kart-saklama", { cardNo: "5555 5555 5555 4444" });
  await post("/kart-saklamali-odeme", { amount: "1", orderId: ORDER_ID, description: DESCRIPTION });
  await post("/iade", { amount: "1", reason: REASON });
  const { body: { holdId } } = await post("/provizyon", {
    amount: "5",
    orderId: ORDER_ID,
    description: DESCRIPTION,
  });
  await post(`/provizyon/${holdId}/tahsilat`, {});
  // Expires, and no sweep ends it before the account is closed.
  await post("/provizyon", { amount: "1", orderId: ORDER_ID, expiresInMinutes: 1 });
  kese.clock.advance(60_000);
  const debit = { direction: "debit", amount: "95", reason: "cash", note: NOTE, orderId: ORDER_ID };
  await post("/bakiye-duzeltme", debit);
  await post("/hesap/dondur", { reason: REASON });
  await post("/hesap/coz", { reason: REASON });
  return await signIn(kese, userNo);
}

async function close(kese: TestKese, userNo: string): Promise<void> {
  await sendWell(kese, "POST /hesap/kapat", { json: { userNo, reason: REASON } });
}

async function fingerprintsOf(kese: TestKese, userNo: string): Promise<readonly string[]> {
  const account = await kese.dependencies.accounts.read({ filo: "hergele", userNo });
  return account?.cards.map(({ fingerprint }) => fingerprint) ?? [];
}

async function faultsOf(kese: TestKese): Promise<readonly string[]> {
  const { records, vault: vaultStore } = kese.store;
  return (await reconcileRecords({
    ...kese.dependencies,
    records,
    vaultStore,
    digest: chainDigest,
  }))
    .faults;
}

onBothStores(
  "DELETE /kullanici erases a closed account's person on every instance, and its journal stays",
  async ([first, second]) => {
    const token = await live(first, "1");
    const erase = (kese: TestKese, key?: string) =>
      send(kese, "DELETE /kullanici?userNo=1", {
        ...(key !== undefined && { headers: { "idempotency-key": key } }),
      });
    assertProblem(await erase(first), 409, "account_not_closed", {});
    await close(first, "1");
    const before = await journalOf(first, "1");
    // The second instance has the account at hand as it was.
    await send(second, "POST /kart-saklamali-odeme?userNo=1&amount=1");
    const erased = await erase(first, "erase-1");
    assertEquals([erased.status, erased.body], [200, { message: ERASED }]);
    assertReplays(await erase(second, "erase-1"), erased);
    const after = await journalOf(second, "1");
    assertEquals(after.map(({ type }) => type), [
      ...before.map(({ type }) => type),
      "account_erased",
    ]);
    for (const kese of [second, first]) {
      assertEquals((await erase(kese, "erase-2")).body, { message: ERASED });
      assertEquals((await erase(kese)).body, { message: ERASED });
      assertEquals((await journalOf(kese, "1")).length, after.length);
      assertProblem(await send(kese, "GET /kullanici?userNo=1"), 404, "user_not_found", {});
      const data = await send(kese, "GET /kullanici/verilerim?userNo=1");
      assertProblem(data, 404, "user_not_found", {});
      assertProblem(await send(kese, "GET /bakiye", { bearer: token }), 401, "unauthenticated", {});
      assertEquals((await send(kese, "GET /bakiye?userNo=1")).body.status, "closed");
      assertProblem(await send(kese, "GET /kart-saklama-listesi?userNo=1"), 404, "no_cards", {});
      const json = newUser("1", { ...MARKED, balance: "100", allCards: [CARD] });
      const headers = { "idempotency-key": "create-1" };
      const again = await send(kese, "POST /create_user", { json, headers });
      assertProblem(again, 409, "user_exists", {});
      const code = await send(kese, "POST /authenticate_first_route", { json: { userNo: "1" } });
      assertProblem(code, 409, "account_closed", {});
      const change = { json: { userNo: "1", name: "Ada" } };
      assertProblem(await send(kese, "PUT /kullanici", change), 409, "account_closed", {});
      const card = { json: { userNo: "1", cardNo: CARD } };
      assertProblem(await send(kese, "POST /kart-saklama", card), 409, "account_closed", {});
    }
    const text = JSON.stringify(after);
    assertEquals(TEXTS.filter((one) => text.includes(one)), []);
    // What stood next to the texts is as it was.
    const blank = ({ orderId: _, description: __, note: ___, ...entry }: Record<string, unknown>) =>
      entry.type === "adjustment" ? entry : { ...entry, reason: undefined };
    assertEquals(
      after.slice(0, -1).map((entry) => blank({ ...entry })),
      before.map((entry) => blank({ ...entry })),
    );
    await first.sweep();
    assertEquals(await faultsOf(first), []);
    assertProblem(await send(first, "DELETE /kullanici?userNo=9"), 404, "user_not_found", {});
  },
);

onBothStores(
  "DELETE /kullanici keeps the free texts of a fleet that says so, and no fingerprint",
  async ([first]) => {
    await live(first, "1");
    await close(first, "1");
    const before = await journalOf(first, "1");
    await sendWell(first, "DELETE /kullanici?userNo=1");
    const after = await journalOf(first, "1");
    assertEquals(after.slice(0, -1), before);
    const { entries } = await first.store.journal.list({ filo: "hergele", userNo: "1" }, {
      limit: 100,
    });
    const prints = entries.flatMap((entry) =>
      entry.type === "account_opened"
        ? entry.cards
        : entry.type === "card_saved"
        ? [entry.card]
        : []
    ).map(({ fingerprint }) => typeof fingerprint);
    assertEquals(prints, ["object", "object"]);
    assertEquals(await faultsOf(first), []);
  },
  () => ({ environment: { keepTexts: new Set(["hergele"]) } }),
);

/** Everything of an erased user that is searched for, byte by byte. */
async function eraseAndSearch(
  kese: TestKese,
  read: () => Promise<string>,
): Promise<void> {
  const token = await live(kese, "1");
  await createUser(kese, "2");
  // Also in the shared cache, whatever is on its way there.
  const account = await kese.dependencies.accounts.read({ filo: "hergele", userNo: "1" });
  assert(account);
  await kese.dependencies.cache.replace(account);
  const prints = await fingerprintsOf(kese, "1");
  assertEquals(prints.length, 2);
  const changed = { json: { userNo: "1", phoneNumber: "0532 111 99 88" } };
  await sendWell(kese, "PUT /kullanici", changed);
  const { body: { code } } = await send(kese, "POST /authenticate_first_route", {
    json: { userNo: "1" },
  });
  const { secret } = kese.dependencies.digests;
  const marked = [
    ...Object.values(MARKED),
    "+905321119988",
    ...TEXTS,
    ...prints,
    ...[token, token.slice(3), secret(token), code, secret(code)],
    ...[CARD, "5555555555554444"],
  ];
  const kept = ["name", "surname", "birthDate", "email"] as const;
  const before = await read();
  for (const name of kept) assert(before.includes(latin1(MARKED[name])), name);
  for (const one of [...TEXTS, ...prints, "+905321119988", secret(token)]) {
    assert(before.includes(latin1(one)), `${one} has to be there for the search to mean anything`);
  }
  await close(kese, "1");
  await sendWell(kese, "DELETE /kullanici?userNo=1");
  const after = await read();
  assertEquals(marked.filter((one) => after.includes(latin1(one))), []);
  assert(after.includes(latin1("john.doe@example.com")), "of another user");
  assertEquals(marked.filter((one) => kese.lines.join("\n").includes(one)), []);
}

/** The bytes of a text as `readFiles` shows them. */
function latin1(text: string): string {
  return new TextDecoder("latin1").decode(new TextEncoder().encode(text));
}

Deno.test("SQLite: DELETE /kullanici leaves nothing of a person in a table, a file or the log", () =>
  withTemporaryFile(async ({ directory, path, open }) => {
    await using kese = await openTestKese({ store: open() });
    await eraseAndSearch(kese, async () => {
      return await readFiles(directory) + latin1(dumpTables(path));
    });
  }));

withMongo(
  "MongoDB and Redis: DELETE /kullanici leaves nothing of a person in a collection, a key or the log",
  async (_uri, dbName) => {
    const store = openTestMongoStore(dbName);
    await using kese = await openTestKese({ store, environment: redisOfTests() });
    await eraseAndSearch(kese, async () => {
      await kese.dependencies.audit.flush();
      const collections = await store.database.listCollections().toArray();
      const documents = await Promise.all(
        collections.map(({ name }) => store.database.collection(name).find().toArray()),
      );
      return latin1(JSON.stringify(documents) + await readRedis(store));
    });
  },
);

/** Every key of a database in Redis, with what it holds. */
async function readRedis(store: MongoStore): Promise<string> {
  const { redis } = redisOfTests();
  assert(redis);
  const ask = async (...command: string[]) => {
    const headers = { authorization: `Bearer ${redis.token}` };
    const body = JSON.stringify(command);
    return (await (await fetch(redis.url, { method: "POST", headers, body })).json()).result;
  };
  const keys: string[] = await ask("KEYS", `*${await store.databaseId?.()}*`);
  const values = await Promise.all(keys.map((key) => ask("GET", key)));
  return JSON.stringify([keys, values]);
}

/** Has the next call of a port fail, before it takes effect or after. */
function failOnce(port: object, method: string, when: "before" | "after"): void {
  const call: (...args: unknown[]) => unknown = Reflect.get(port, method);
  const mend = replaceMethods(port, {
    [method]: (...args: unknown[]) => {
      mend();
      const make = () => Reflect.apply(call, port, args);
      const unavailable = (cause: Error) => new StoreUnavailableError(cause);
      return meet({ method, args, make }, `fails_${when}`, unavailable);
    },
  });
}

onBothStores(
  "DELETE /kullanici goes on where it stopped, whichever step failed before or after it took effect",
  async ([kese]) => {
    const { auth, cache, erasing } = kese.dependencies;
    const steps: readonly (readonly [port: object, method: string])[] = [
      [kese.store.accounts, "save"],
      [auth, "endSessions"],
      [erasing, "erasePerson"],
      [kese.store.journal, "list"],
      [erasing, "eraseEntries"],
      [cache, "replace"],
      [erasing, "purge"],
    ];
    let users = 0;
    for (const [port, method] of steps) {
      for (const when of ["before", "after"] as const) {
        const userNo = `${++users}`;
        await live(kese, userNo);
        await close(kese, userNo);
        const json = { userNo };
        const headers = { "idempotency-key": "erase" };
        failOnce(port, method, when);
        const first = await send(kese, "DELETE /kullanici", { json, headers });
        // A save whose answer was lost is found out about by itself.
        if (method === "save") assertEquals(first.status, 200, first.text);
        else assertProblem(first, 503, "outcome_unknown", {});
        // From the mark on nobody is shown what has still to be erased.
        for (const path of ["/kullanici", "/kullanici/verilerim"]) {
          const shown = await send(kese, `GET ${path}?userNo=${userNo}`);
          assertProblem(shown, 404, "user_not_found", {});
        }
        await sendWell(kese, "DELETE /kullanici", { json, headers });
        const id = { filo: "hergele", userNo };
        assertEquals(await kese.store.people.find(id), undefined);
        assertEquals(await kese.store.people.authCodeHash(id), undefined);
        assertEquals(await auth.endSessions(id), 0);
        const { entries } = await kese.store.journal.list(id, { limit: 100 });
        const text = JSON.stringify(entries);
        assertEquals(TEXTS.filter((one) => text.includes(one)), [], `${method} ${when}`);
        assertEquals(/"fingerprint":"[0-9a-f]{64}"/.test(text), false);
        assertEquals(entries.filter(({ type }) => type === "account_erased").length, 1);
      }
    }
    const kept = await kese.store.vault.list({ createdBefore: 8_640_000_000_000_000, limit: 1 });
    assertEquals(kept, []);
    await kese.sweep();
    assertEquals(await faultsOf(kese), []);
  },
);

onBothStores(
  "reconcile() finishes what DELETE /kullanici left, wherever it stopped",
  async ([kese]) => {
    const { erasing } = kese.dependencies;
    const id = { filo: "hergele", userNo: "1" };
    await live(kese, "1");
    await close(kese, "1");
    const json = { userNo: "1" };
    // Each time it stops one step later, and is not sent again.
    const stops = [
      [kese.dependencies.auth, "endSessions", "before"],
      [erasing, "erasePerson", "after"],
    ] as const;
    for (const [place, [port, method, when]] of stops.entries()) {
      const userNo = `${place + 2}`;
      await live(kese, userNo);
      await close(kese, userNo);
      failOnce(port, method, when);
      const stopped = await send(kese, "DELETE /kullanici", { json: { userNo } });
      assertProblem(stopped, 503, "outcome_unknown", {});
    }
    const texts = async (userNo: string) => {
      const person = await kese.store.people.find({ ...id, userNo });
      const { entries } = await kese.store.journal.list({ ...id, userNo }, { limit: 100 });
      const text = JSON.stringify([person, entries]);
      return TEXTS.filter((one) => text.includes(one));
    };
    for (const userNo of ["2", "3"]) assert((await texts(userNo)).length > 0, userNo);
    const { faults, erasings } = await reconcile(kese);
    assertEquals([faults, erasings], [[], 2]);
    assertEquals(await Promise.all(["2", "3"].map(texts)), [[], []]);
    assertEquals(await kese.store.people.authCodeHash({ ...id, userNo: "2" }), undefined);
    // Whom nobody erased is not touched, and what is erased is not erased again.
    assert((await texts("1")).length > 0);
    await sendWell(kese, "DELETE /kullanici", { json });
    const { faults: left, erasings: again } = await reconcile(kese);
    assertEquals([left, again], [[], 0]);
  },
);

onBothStores(
  "reconcile() leaves the free texts of a fleet that keeps them, and finishes all else",
  async ([kese]) => {
    const userNo = "1";
    await live(kese, userNo);
    await close(kese, userNo);
    failOnce(kese.dependencies.erasing, "eraseEntries", "before");
    await send(kese, "DELETE /kullanici", { json: { userNo } });
    assertEquals((await reconcile(kese)).erasings, 1);
    const { entries } = await kese.store.journal.list({ filo: "hergele", userNo }, { limit: 100 });
    const text = JSON.stringify(entries);
    assert(NOTE !== undefined && text.includes(NOTE));
    assertEquals(/"fingerprint":"[0-9a-f]{64}"/.test(text), false);
    assertEquals((await reconcile(kese)).erasings, 0);
  },
  () => ({ environment: { keepTexts: new Set(["hergele"]) } }),
);

Deno.test("reconcile() erases nothing of an account that only its row says is erased", () =>
  withTemporaryFile(async ({ path, open }) => {
    await using kese = await openTestKese({ store: open() });
    await live(kese, "1");
    const database = new SqliteDatabase(path);
    database.prepare(`UPDATE accounts SET state = json_set(state, '$.status', 'erased')`).run();
    database.close();
    const { faults, erasings } = await reconcile(kese);
    assertEquals(erasings, 0);
    assert(faults.some((fault) => fault.includes("status is")), faults.join());
    assert(await kese.store.people.find({ filo: "hergele", userNo: "1" }));
  }));

Deno.test("DELETE /kullanici is not done while somebody reads the file as it was before", () =>
  withTemporaryFile(async ({ path, open }) => {
    await using kese = await openTestKese({ store: open() });
    await live(kese, "1");
    await close(kese, "1");
    const reader = new SqliteDatabase(path);
    reader.prepare("BEGIN").run();
    reader.prepare("SELECT count(*) FROM people").get();
    const json = { userNo: "1" };
    assertProblem(await send(kese, "DELETE /kullanici", { json }), 503, "outcome_unknown", {});
    reader.prepare("COMMIT").run();
    await sendWell(kese, "DELETE /kullanici", { json });
    reader.close();
  }));

onBothStores(
  "DELETE /kullanici leaves no profile, session or authCode that is written at the same moment",
  async ([first, second]) => {
    const id = { filo: "hergele", userNo: "1" };
    await live(first, "1");
    await close(first, "1");
    const { people, erasing } = first.store;
    // Both were decided before the account was marked.
    const erasePerson = erasing.erasePerson.bind(erasing);
    Object.assign(erasing, {
      erasePerson: async (...args: Parameters<typeof erasePerson>) => {
        await second.store.people.change(id, { name: "Geç" });
        await erasePerson(...args);
        assertEquals(await second.store.people.change(id, { name: "Geç" }), undefined);
        assertEquals(await second.store.people.changeAuthCode(id, "hash"), false);
      },
    });
    await sendWell(first, "DELETE /kullanici?userNo=1");
    assertEquals([await people.find(id), await people.authCodeHash(id)], [undefined, undefined]);
    assertEquals(await faultsOf(second), []);
  },
);
