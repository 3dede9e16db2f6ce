import { assert, assertEquals } from "@std/assert";
import { Binary, Long } from "mongodb";
import { DatabaseSync, type SQLInputValue } from "node:sqlite";
import type { CardGateway } from "../../domain/ports/card_gateway.ts";
import { createSandboxGateway } from "../../infra/gateways/sandbox.ts";
import type { Store } from "../../infra/store.ts";
import { reconcile, type Report } from "../../scripts/reconcile.ts";
import { saveCard, sendWell } from "../support/answers.ts";
import { createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { mongoUri, withMongoStore } from "../support/mongo_store.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

// Whatever is changed, dropped or doubled in a store, reconciling says which account it is of, and
// which entry. What is there to be damaged is read from the stores themselves: a new column or field
// is held to it until somebody says why not.

const MORE_THAN_AN_HOUR = 60 * 60 * 1_000 + 1;

/** No part of the proof: personal data, times that nothing follows from, what the sandbox alone knows. */
const NOT_PROVED = new Set([
  ...["profile", "auth_code_hash"].map((column) => `people.${column}`),
  ...["name", "surname", "birthDate", "phoneNumber", "email", "authCode"].map((name) =>
    `users.${name}`
  ),
  ...["vault.created_at", "vault.createdAt"],
  ...["sandbox_charges.last4", "sandbox_charges.refundCount"],
  // Of a card refund that is pending, because its gateway does not say how it ended.
  ...["refundReference", "amountKurus"].map((name) => `sandbox_charges.refunds.1.${name}`),
]);
// A charge that was declined moved nothing: that it is gone or another says nothing of money.
const CHARGED_AFTER_ALL = "UPDATE sandbox_charges SET declined = NULL WHERE reference IN " +
  "(SELECT entry_id FROM journal WHERE account_no = 1) AND last4 = '0002'";
/** A gateway cannot be asked for what it was not told. */
const DOUBLES_NOT_PROVED = new Set(["sandbox_charges"]);

/** The sandbox, but that the lost answer of 4000 0000 0000 0119 stays lost, and what is pending pending. */
function gatewayOf(store: Store): CardGateway {
  const sandbox = createSandboxGateway(store.sandboxCharges, { now: () => 0 });
  return {
    ...sandbox,
    inquireGiveBack: async (order) =>
      order.amountKurus === 1_314 ? { status: "pending" } : await sandbox.inquireGiveBack(order),
    inquire: async (asked) => {
      const charge = await store.sandboxCharges.find(asked.reference);
      return charge?.last4 === "0119" ? { status: "pending" } : await sandbox.inquire(asked);
    },
  };
}

/** Two users with one of everything, and a third who has left and is erased. */
async function liveIn(kese: TestKese): Promise<void> {
  for (const userNo of ["1", "2"]) {
    await createUser(kese, userNo);
    await saveCard(kese, userNo, "4242424242424242");
    const topUp = { json: { userNo, balance: "50" }, headers: { "idempotency-key": "k" } };
    await sendWell(kese, "POST /update_balance", topUp);
    const declined = await saveCard(kese, userNo, "4000000000000002");
    await send(kese, "POST /update_balance", { json: { userNo, balance: "20", cardId: declined } });
    const ride = { userNo, amount: "10", orderId: "ride-10" };
    await sendWell(kese, "POST /kart-saklamali-odeme", { json: ride });
    await sendWell(kese, "POST /karta-iade", { json: { userNo, amount: "5" } });
    await sendWell(kese, "POST /iade", { json: { userNo, amount: "1.50", reason: "late" } });
    const pending = await send(kese, "POST /karta-iade", { json: { userNo, amount: "13.14" } });
    assertEquals(pending.status, 202);
    await sendWell(kese, "POST /kart-saklamali-odeme", { json: { userNo, amount: "1" } });
    const lost = await saveCard(kese, userNo, "4000000000000119");
    const json = { userNo, balance: "7", cardId: lost };
    assertEquals((await send(kese, "POST /update_balance", { json })).status, 202);
    await rideAndBeHelped(kese, userNo);
    const last = { json: { userNo, amount: "1" }, headers: { "idempotency-key": "last" } };
    await sendWell(kese, "POST /kart-saklamali-odeme", last);
  }
  await leave(kese, "3");
}

async function leave(kese: TestKese, userNo: string): Promise<void> {
  await createUser(kese, userNo);
  await saveCard(kese, userNo, "5555555555554444");
  const all = { userNo, amount: "100", orderId: "ride-100", description: "to the sea" };
  await sendWell(kese, "POST /kart-saklamali-odeme", { json: all });
  await sendWell(kese, "POST /hesap/kapat", { json: { userNo, reason: "moved away" } });
  await sendWell(kese, "DELETE /kullanici", { json: { userNo } });
}

/** A hold for each way to end one, and one that stays open; money from outside; a lost telephone. */
async function rideAndBeHelped(kese: TestKese, userNo: string): Promise<void> {
  const hold = async (amount: string) => {
    const json = { userNo, amount, orderId: `ride-${amount}`, expiresInMinutes: 60 };
    return (await sendWell(kese, "POST /provizyon", { json })).body.holdId;
  };
  const captured = await hold("4");
  await sendWell(kese, `POST /provizyon/${captured}/tahsilat`, { json: { userNo, amount: "3" } });
  await sendWell(kese, `POST /provizyon/${await hold("3")}/iptal`, { json: { userNo } });
  await hold("2");
  kese.clock.advance(MORE_THAN_AN_HOUR);
  await kese.sweep();
  const open = { userNo, amount: "1.11", expiresInMinutes: 10_080, description: "a long ride" };
  await sendWell(kese, "POST /provizyon", { json: open });
  const cash = { userNo, direction: "credit", amount: "6", reason: "cash", note: "at the desk" };
  await sendWell(kese, "POST /bakiye-duzeltme", { json: cash });
  const fine = { userNo, direction: "debit", amount: "2", reason: "fine" };
  await sendWell(kese, "POST /bakiye-duzeltme", { json: fine });
  await sendWell(kese, "POST /hesap/dondur", { json: { userNo, reason: "lost telephone" } });
  await sendWell(kese, "POST /hesap/coz", { json: { userNo } });
}

interface Damage {
  /** Table and column, or collection and field. */
  readonly what: string;
  readonly how: "changed" | "dropped" | "doubled";
  /** What must stand in a fault, one or the other. */
  readonly names: readonly string[];
}

/** What reconciling missed of a damage; empty when it said where it is. */
function missed({ what, how, names }: Damage, { faults }: Report): readonly string[] {
  const isNamed = faults.some((fault) => names.some((name) => fault.includes(name)));
  return isNamed ? [] : [`${what} ${how}: ${faults.join("; ") || "nothing"}`];
}

function changedValue(value: unknown): unknown {
  if (typeof value === "number") return value + 1_000;
  if (typeof value === "boolean") return !value;
  if (typeof value === "string") return `${value}x`;
  if (value instanceof Date) return new Date(value.getTime() + 1_000);
  if (value instanceof Long) return value.add(1_000);
  if (value instanceof Binary) return new Binary(new Uint8Array([...value.value(), 0]));
  if (value instanceof Uint8Array) return new Uint8Array([...value, 0]);
  return "x";
}

/** Every value within another, by its path, and a copy of the whole in which that one is another. */
function* changesWithin(value: unknown, path = ""): Generator<readonly [string, unknown]> {
  const isPlain = typeof value === "object" && value !== null &&
    (Array.isArray(value) || Object.getPrototypeOf(value) === Object.prototype);
  if (!isPlain) return yield [path, changedValue(value)];
  for (const [name, member] of Object.entries(value)) {
    for (const [inner, changed] of changesWithin(member, `${path}.${name}`)) {
      const copy: Record<string, unknown> | unknown[] = Array.isArray(value)
        ? [...value]
        : { ...value };
      yield [inner, Object.assign(copy, { [name]: changed })];
    }
  }
}

// SQLite

/** Which rows of a table are a user's whose account has this number. */
const ROWS: Readonly<Record<string, (no: number) => string>> = {
  accounts: (no) => `account_no = ${no}`,
  heads: (no) => `account_no = ${no}`,
  // Of each type the newest, and each with and without a key, and with and without a hold.
  journal: (no) =>
    `entry_no IN (SELECT max(entry_no) FROM journal WHERE account_no = ${no}
      GROUP BY type, key_hash IS NULL, facts ->> 'holdId' IS NULL)`,
  keys: (no) => `account_no = ${no}`,
  // The newest hash may be missing: it is made after the answer.
  chain: (no) =>
    `entry_no IN (SELECT entry_no FROM journal WHERE account_no = ${no})
      AND entry_no < (SELECT max(entry_no) FROM journal)`,
  people: (no) => `account_no = ${no}`,
  refunded: (no) => `payment_id IN (SELECT entry_id FROM journal WHERE account_no = ${no})`,
  given_back: (no) => `top_up_id IN (SELECT entry_id FROM journal WHERE account_no = ${no})`,
  open_top_ups: (no) => `account_key = 'hergele/${no}'`,
  open_card_refunds: (no) => `account_key = 'hergele/${no}'`,
  open_holds: (no) => `account_key = 'hergele/${no}'`,
  vault: (no) => `account_key = 'hergele/${no}'`,
  sandbox_charges: (no) =>
    `reference IN (SELECT entry_id FROM journal WHERE account_no = ${no}) AND last4 = '4242'`,
};
/** Tables and collections that say nothing of an account's money, cards or status. */
const BESIDE_THE_PROOF: readonly string[] = [
  // Who may sign in, who was counted how often, who did what: nothing else follows from them.
  ...["codes", "sessions", "auth", "counters", "named_keys", "audit", "audit_batches"],
  // Where a bank wants to see a user: Kese asks the gateway again.
  "actions",
  // What receivers were told: the entries themselves are in the journal.
  ...["event_cursors", "event_repeats", "event_fleets"],
  // Held against the journal by a test of its own, tests/scripts/day_end_proof_test.ts.
  "day_ends",
  // The store's own: its environment and keys, which are checked at every start, and a row to write to.
  ...["meta", "probe"],
];
const JSON_COLUMNS = ["state", "facts", "refunds"];

interface Column {
  readonly name: string;
  readonly pk: number;
}

type Row = Readonly<Record<string, SQLInputValue>>;

function rowsOf(database: DatabaseSync, table: string, accountNo: number): Row[] {
  const owned = ROWS[table]?.(accountNo);
  return database.prepare(`SELECT * FROM ${table} WHERE ${owned}`).all() as Row[];
}

function uniqueColumns(database: DatabaseSync, table: string, columns: readonly Column[]) {
  const indexes = database.prepare(
    "SELECT ii.name FROM pragma_index_list(?) AS il, pragma_index_info(il.name) AS ii WHERE il.origin = 'u'",
  ).all(table).map(({ name }) => String(name));
  return [...columns.filter(({ pk }) => pk > 0).map(({ name }) => name), ...indexes];
}

/** Files the keys of all entries but the last of an account, as Kese does it with more of them. */
const FILE_KEYS = `
  INSERT INTO keys (account_no, key_hash, entry_no)
    SELECT account_no, key_hash, entry_no FROM journal
    WHERE key_hash IS NOT NULL AND entry_no NOT IN (SELECT last_entry FROM heads);
  UPDATE heads SET unfiled = 1 WHERE account_no IN (1, 2)`;

interface SqliteDamage extends Damage {
  readonly sql: string;
  readonly values: readonly SQLInputValue[];
}

/** Everything that can be done to the rows of a user. */
function* damagesOf(database: DatabaseSync, accountNo: number): Generator<SqliteDamage> {
  for (const table of Object.keys(ROWS)) {
    const columns = database.prepare("SELECT name, pk FROM pragma_table_info(?)").all(
      table,
    ) as unknown as Column[];
    const unique = uniqueColumns(database, table, columns);
    const place = `WHERE ${unique.map((name) => `${name} = ?`).join(" AND ")}`;
    for (const row of rowsOf(database, table, accountNo)) {
      const where = unique.map((name) => row[name] ?? null);
      const account = [
        ...[`hergele/${accountNo}`, `account number ${accountNo}`, "no account: refunded of"],
        `account number ${changedValue(accountNo)}`,
        `row ${changedValue(row.entry_no)} of the journal has a hash`,
      ];
      const names = table === "journal" ? [`entry ${row.seq} `, String(row.entry_id)] : account;
      for (const { name } of columns) {
        const what = `${table}.${name}`;
        if (NOT_PROVED.has(what)) continue;
        const value = row[name] ?? null;
        const changes = JSON_COLUMNS.includes(name)
          ? [...changesWithin(JSON.parse(String(value)))].map(([path, whole]) =>
            [path, JSON.stringify(whole)] as const
          )
          : [["", changedValue(value) as SQLInputValue] as const];
        for (const [path, changed] of changes) {
          if (NOT_PROVED.has(what + path)) continue;
          const sql = `UPDATE ${table} SET ${name} = ? ${place}`;
          yield { what: what + path, how: "changed", names, sql, values: [changed, ...where] };
        }
      }
      yield {
        what: table,
        how: "dropped",
        names: account,
        sql: `DELETE FROM ${table} ${place}`,
        values: where,
      };
      if (DOUBLES_NOT_PROVED.has(table)) continue;
      const doubled = columns.map(({ name }) =>
        (unique.includes(name) ? changedValue(row[name]) : row[name] ?? null) as SQLInputValue
      );
      const sql = `INSERT INTO ${table} VALUES (${columns.map(() => "?").join(", ")})`;
      yield { what: table, how: "doubled", names, sql, values: doubled };
    }
  }
}

async function reconcileDamaged(
  path: string,
  open: () => Store,
  { sql, values }: SqliteDamage,
): Promise<Report> {
  const database = new DatabaseSync(path);
  database.exec("PRAGMA foreign_keys = OFF");
  database.prepare(sql).run(...values);
  database.close();
  const store = open();
  await using kese = await openTestKese({ store, gateway: gatewayOf(store) });
  kese.clock.advance(MORE_THAN_AN_HOUR);
  return await reconcile(kese);
}

Deno.test("reconcile() names whatever is changed, dropped or doubled in any table of SQLite", () =>
  withTemporaryFile(async ({ path, directory, open }) => {
    const store = open();
    const kese = await openTestKese({ store, gateway: gatewayOf(store) });
    await liveIn(kese);
    await kese.sweep();
    assertEquals((await reconcile(kese)).faults, []);
    await kese.close();
    const kept = `${directory}/kept.db`;
    await Deno.rename(path, kept);
    const database = new DatabaseSync(kept);
    database.exec(FILE_KEYS);
    const tables = database.prepare("SELECT name FROM sqlite_schema WHERE type = 'table'").all()
      .map(({ name }) => String(name));
    assertEquals(tables.filter((name) => !(name in ROWS) && !BESIDE_THE_PROOF.includes(name)), []);
    // The third user is erased, and has an account and a journal alone.
    for (const table of Object.keys(ROWS)) {
      assert(rowsOf(database, table, 1).length > 0, `there is nothing in ${table}`);
    }
    assertEquals(rowsOf(database, "people", 3), []);
    const charged = { what: "sandbox_charges.declined", how: "changed" } as const;
    const damages: SqliteDamage[] = [
      { ...charged, names: ["entry 7 "], sql: CHARGED_AFTER_ALL, values: [] },
      ...damagesOf(database, 1),
      ...damagesOf(database, 3),
    ];
    database.close();
    const unnamed: string[] = [];
    for (const damage of damages) {
      for (const suffix of ["-wal", "-shm"]) await Deno.remove(path + suffix).catch(() => {});
      await Deno.copyFile(kept, path);
      unnamed.push(...missed(damage, await reconcileDamaged(path, open, damage)));
    }
    assertEquals(unnamed, []);
    assert(damages.length > 250, `only ${damages.length} damages were tried`);
  }));

// MongoDB

const COLLECTIONS = ["users", "ledger", "vault", "sandbox_charges"];
const DAMAGED_USERS = ["hergele/1", "hergele/3"];

Deno.test({
  name: "reconcile() names whatever is changed, dropped or doubled in any collection of MongoDB",
  ignore: mongoUri === undefined,
  fn: () =>
    withMongoStore(async (store) => {
      const { database, settled } = store;
      const kese = await openTestKese({ store, gateway: gatewayOf(store) });
      await liveIn(kese);
      await settled();
      kese.clock.advance(MORE_THAN_AN_HOUR);
      await store.moveWaiting?.(kese.clock.now());
      assertEquals((await reconcile(kese)).faults, []);
      const names = (await database.listCollections().toArray()).map(({ name }) => name);
      const known = [...COLLECTIONS, ...BESIDE_THE_PROOF];
      assertEquals(names.filter((name) => !known.includes(name)), []);
      const waiting = await database.collection("users").find({ "journal.0": { $exists: true } })
        .toArray();
      assertEquals(waiting.map(({ _id }) => _id), [], "entries have a hash once they are moved");
      const unnamed: string[] = [];
      let tried = 0;
      const tryOne = async (damage: Damage) => {
        tried++;
        unnamed.push(...missed(damage, await reconcile(kese)));
      };
      for (const name of COLLECTIONS) {
        const collection = database.collection<Record<string, unknown> & { _id: string }>(name);
        const documents = await collection.find().toArray();
        const topUps = await database.collection("ledger").find({ account: "hergele/1" }).toArray();
        const own = documents.filter(({ _id, last4 }) =>
          name === "sandbox_charges"
            ? last4 === "4242" && topUps.some(({ id }) => id === _id)
            : DAMAGED_USERS.some((user) => _id === user || _id.startsWith(`${user}/`))
        );
        assert(own.length > 0, `there is nothing in ${name}`);
        for (const document of own) {
          const { _id, ...fields } = document;
          const user = DAMAGED_USERS.find((user) => _id.startsWith(user)) ?? "hergele/1";
          const names = name === "ledger"
            ? [`entry ${document.seq} `, String(document.id)]
            : [user];
          const put = async (changed: object) => {
            await collection.deleteOne({ _id });
            await collection.insertOne({ ...changed, _id });
          };
          for (const [path, changed] of changesWithin(fields)) {
            if (NOT_PROVED.has(`${name}${path}`)) continue;
            await put(changed as object);
            await tryOne({ what: `${name}${path}`, how: "changed", names });
          }
          await collection.deleteOne({ _id });
          await tryOne({ what: name, how: "dropped", names: [user] });
          await put(fields);
          if (DOUBLES_NOT_PROVED.has(name)) continue;
          await collection.insertOne({ ...fields, _id: `${_id}x` });
          await tryOne({
            what: name,
            how: "doubled",
            names: name === "ledger" ? names : [`${_id}x`],
          });
          await collection.deleteOne({ _id: `${_id}x` });
        }
      }
      assertEquals(unnamed, []);
      assertEquals((await reconcile(kese)).faults, []);
      assert(tried > 250, `only ${tried} damages were tried`);
    }),
});
