import { assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../../infra/sqlite/database.ts";
import { SCHEMA_VERSION } from "../../infra/sqlite/schema.ts";

/** A file with a table of names, and a way to write one. */
interface Bench {
  readonly path: string;
  open(): Opened;
}

interface Opened {
  readonly database: SqliteDatabase;
  insert(name: string): Promise<string>;
  /** Writes a name and then throws. */
  insertAndThrow(name: string): Promise<string>;
  names(): string[];
}

async function withBench(test: (bench: Bench) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-sqlite-" });
  const path = `${directory}/kese.db`;
  const opened: SqliteDatabase[] = [];
  const open = (): Opened => {
    const database = new SqliteDatabase(path);
    opened.push(database);
    const insert = database.prepare(
      "INSERT INTO sandbox_charges (reference, amount, last4) VALUES (?, 1, '4242')",
    );
    const select = database.prepare("SELECT reference FROM sandbox_charges ORDER BY reference");
    const work = (name: string) => {
      insert.run(name);
      return name;
    };
    return {
      database,
      insert: (name) => database.write(() => work(name)),
      insertAndThrow: (name) =>
        database.write((): string => {
          work(name);
          throw new Error(`no ${name}`);
        }),
      names: () => select.all().map(({ reference }) => String(reference)),
    };
  };
  try {
    await test({ path, open });
  } finally {
    for (const database of opened) closeQuietly(database);
    await Deno.remove(directory, { recursive: true });
  }
}

function closeQuietly(database: SqliteDatabase): void {
  try {
    database.close();
  } catch {
    // The test closed it itself.
  }
}

/** Counts what the connections execute while `run` runs. */
async function executedIn(run: () => Promise<void>): Promise<string[]> {
  const statements: string[] = [];
  const { exec } = DatabaseSync.prototype;
  DatabaseSync.prototype.exec = function (sql) {
    statements.push(sql);
    return exec.call(this, sql);
  };
  try {
    await run();
  } finally {
    DatabaseSync.prototype.exec = exec;
  }
  return statements;
}

Deno.test("write() gives the result of its work", () =>
  withBench(async ({ open }) => {
    const { insert, names } = open();
    assertEquals(await insert("a"), "a");
    assertEquals(names(), ["a"]);
  }));

Deno.test("write() lets all that waits share one transaction", () =>
  withBench(async ({ open }) => {
    const { insert, names } = open();
    const wanted = Array.from({ length: 50 }, (_, place) => `name-${place}`).toSorted();
    const statements = await executedIn(async () => {
      assertEquals((await Promise.all(wanted.map(insert))).length, 50);
    });
    assertEquals(statements, ["BEGIN IMMEDIATE", "COMMIT"]);
    assertEquals(names(), wanted);
  }));

Deno.test("write() resolves only when another connection can see what was written", () =>
  withBench(async ({ open }) => {
    const [writer, reader] = [open(), open()];
    const written = writer.insert("a");
    assertEquals(reader.names(), []);
    await written;
    assertEquals(reader.names(), ["a"]);
  }));

Deno.test("write() starts a new transaction for what comes after a commit", () =>
  withBench(async ({ open }) => {
    const { insert } = open();
    const statements = await executedIn(async () => {
      await insert("a");
      await insert("b");
    });
    assertEquals(statements.filter((sql) => sql === "COMMIT").length, 2);
  }));

Deno.test("write() lets work that throws fail alone, and undoes that alone", () =>
  withBench(async ({ open }) => {
    const { insert, insertAndThrow, names } = open();
    const results = await Promise.allSettled([
      insert("a"),
      insertAndThrow("b"),
      insert("c"),
      insert("a"),
      insert("d"),
    ]);
    assertEquals(results.map(({ status }) => status), [
      "fulfilled",
      "rejected",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    const [, second] = results;
    assertEquals(second?.status === "rejected" && String(second.reason), "Error: no b");
    assertEquals(names(), ["a", "c", "d"]);
  }));

Deno.test("write() leaves nothing of single work that throws, and works again", () =>
  withBench(async ({ open }) => {
    const { insert, insertAndThrow, names } = open();
    await assertRejects(() => insertAndThrow("a"), Error, "no a");
    assertEquals(names(), []);
    await insert("a");
    assertEquals(names(), ["a"]);
  }));

Deno.test("write() rejects while another connection holds the file, and works again after it", () =>
  withBench(async ({ path, open }) => {
    const { insert, names } = open();
    const holder = new DatabaseSync(path);
    holder.exec("BEGIN IMMEDIATE");
    const results = await Promise.allSettled([insert("a"), insert("b")]);
    assertEquals(results.map(({ status }) => status), ["rejected", "rejected"]);
    holder.exec("ROLLBACK");
    holder.close();
    assertEquals(names(), []);
    assertEquals(await insert("a"), "a");
    assertEquals(names(), ["a"]);
  }));

Deno.test("write() leaves nothing of a commit that fails, and tries none of it again", () =>
  withBench(async ({ open }) => {
    const { database, insert, names } = open();
    const { exec } = DatabaseSync.prototype;
    let runs = 0;
    DatabaseSync.prototype.exec = function (sql) {
      if (sql === "COMMIT") throw new Error("disk full");
      return exec.call(this, sql);
    };
    try {
      const counted = () => database.write(() => void runs++);
      const results = await Promise.allSettled([insert("a"), counted()]);
      assertEquals(results.map(({ status }) => status), ["rejected", "rejected"]);
    } finally {
      DatabaseSync.prototype.exec = exec;
    }
    assertEquals([runs, names()], [1, []]);
    assertEquals(await insert("a"), "a");
  }));

Deno.test("write() serves two connections of one file side by side", () =>
  withBench(async ({ open }) => {
    const [first, second] = [open(), open()];
    const names = Array.from({ length: 40 }, (_, place) => `n${place}`).toSorted();
    await Promise.all(names.map((name, place) => (place % 2 ? first : second).insert(name)));
    assertEquals(first.names(), names);
    assertEquals(second.names(), names);
  }));

Deno.test("close() commits what waits", () =>
  withBench(async ({ open }) => {
    const { database, insert } = open();
    const written = Promise.all([insert("a"), insert("b")]);
    database.close();
    assertEquals(await written, ["a", "b"]);
    assertEquals(open().names(), ["a", "b"]);
  }));

Deno.test("write() rejects after close()", () =>
  withBench(async ({ open }) => {
    const { database, insert } = open();
    database.close();
    await assertRejects(() => insert("a"));
    assertEquals(open().names(), []);
  }));

Deno.test("SqliteDatabase keeps what it wrote for the next start", () =>
  withBench(async ({ open }) => {
    const { database, insert } = open();
    await insert("a");
    database.close();
    assertEquals(open().names(), ["a"]);
  }));

Deno.test("SqliteDatabase refuses a file of another version, and leaves it alone", () =>
  withBench(async ({ path, open }) => {
    open().database.close();
    const raw = new DatabaseSync(path);
    raw.exec(`PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    raw.close();
    const error = assertThrows(() => new SqliteDatabase(path), Error, "Cannot open");
    assertNotEquals(error.message.indexOf(`${SCHEMA_VERSION + 1}, must be ${SCHEMA_VERSION}`), -1);
    const again = new DatabaseSync(path);
    assertEquals({ ...again.prepare("PRAGMA user_version").get() }, {
      user_version: SCHEMA_VERSION + 1,
    });
    again.close();
    await Promise.resolve();
  }));

Deno.test("SqliteDatabase acknowledges no commit before it is on disk", () =>
  withBench(async ({ open }) => {
    const { database } = open();
    // 2 is FULL: the log is synced at each commit.
    assertEquals({ ...database.prepare("PRAGMA synchronous").get() }, { synchronous: 2 });
    assertEquals({ ...database.prepare("PRAGMA journal_mode").get() }, { journal_mode: "wal" });
    await Promise.resolve();
  }));
