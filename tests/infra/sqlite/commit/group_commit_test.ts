import { assertEquals, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { SqliteDatabase } from "../../../../infra/sqlite/database.ts";
import { createGroupCommit } from "../../../../infra/sqlite/commit/group_commit.ts";
import {
  CALLS_OF_A_BATCH,
  createWriter,
  type Writer,
} from "../../../../infra/sqlite/commit/writer.ts";

/** A file with a table of names. */
interface Bench {
  readonly path: string;
  open(): Opened;
}

interface NameWrites {
  insert(name: string): string;
  /** Writes a name and then throws. */
  insertAndThrow(name: string): never;
  /** Counts how often it is done. */
  count(): void;
  /** Writes names, those of several calls together; gives the name and how many there were. */
  insertMany(name: string): string;
}

interface Opened {
  readonly writer: Writer<NameWrites>;
  insert(name: string): Promise<string>;
  insertAndThrow(name: string): Promise<never>;
  insertMany(name: string): Promise<string>;
  names(): string[];
  counted(): number;
}

async function withBench(test: (bench: Bench) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-sqlite-" });
  const path = `${directory}/kese.db`;
  const opened: SqliteDatabase[] = [];
  try {
    await test({
      path,
      open: () => {
        const database = new SqliteDatabase(path);
        opened.push(database);
        return openNames(database);
      },
    });
  } finally {
    for (const database of opened) closeQuietly(database);
    await Deno.remove(directory, { recursive: true });
  }
}

function openNames(database: SqliteDatabase): Opened {
  let count = 0;
  const insertName = database.prepare(
    `INSERT INTO sandbox_charges (reference, amount, last4, waits, refunds)
    VALUES (?, 1, '4242', 0, '[]')`,
  );
  const select = database.prepare("SELECT reference FROM sandbox_charges ORDER BY reference");
  const insert = (name: string) => {
    insertName.run(name);
    return name;
  };
  const commit = createGroupCommit<NameWrites>(database, {
    insert,
    insertAndThrow: (name) => {
      insert(name);
      throw new Error(`no ${name}`);
    },
    count: () => void count++,
    insertMany: (name) => `${insert(name)} of 1`,
  }, {
    insertMany: (calls) => calls.map(([name]) => `${insert(name)} of ${calls.length}`),
  });
  const writer = createWriter<NameWrites>({ commit, close: () => database.close() });
  return {
    writer,
    insert: (name) => writer.write("insert", name),
    insertAndThrow: (name) => writer.write("insertAndThrow", name),
    insertMany: (name) => writer.write("insertMany", name),
    names: () => select.all().map(({ reference }) => String(reference)),
    counted: () => count,
  };
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
    const length = CALLS_OF_A_BATCH;
    const wanted = Array.from({ length }, (_, place) => `name-${place}`).toSorted();
    const statements = await executedIn(async () => {
      assertEquals((await Promise.all(wanted.map(insert))).length, length);
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

Deno.test("write() does together what comes one behind the other and can be, and keeps the order", () =>
  withBench(async ({ open }) => {
    const { insert, insertMany, names } = open();
    const results = await Promise.all([
      insertMany("a"),
      insertMany("b"),
      insert("c"),
      insertMany("d"),
    ]);
    assertEquals(results, ["a of 2", "b of 2", "c", "d of 1"]);
    assertEquals(names(), ["a", "b", "c", "d"]);
  }));

Deno.test("createGroupCommit() tells nobody another's result when one is missing", () =>
  withBench(async ({ path }) => {
    const database = new SqliteDatabase(path);
    const commit = createGroupCommit<{ echo(text: string): string }>(
      database,
      { echo: (text) => text },
      { echo: (calls) => calls.slice(1).map(([text]) => text) },
    );
    const outcomes = commit([["echo", "a"], ["echo", "b"]]);
    assertEquals(outcomes.map((outcome) => "error" in outcome), [true, true]);
    database.close();
    await Promise.resolve();
  }));

Deno.test("write() lets one of those that were done together fail alone", () =>
  withBench(async ({ open }) => {
    const { insertMany, names } = open();
    const results = await Promise.allSettled(["a", "b", "a", "c"].map(insertMany));
    assertEquals(results.map(({ status }) => status), [
      "fulfilled",
      "fulfilled",
      "rejected",
      "fulfilled",
    ]);
    assertEquals(results[3]?.status === "fulfilled" && results[3].value, "c of 1");
    assertEquals(names(), ["a", "b", "c"]);
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
    const { writer, insert, names, counted } = open();
    const { exec } = DatabaseSync.prototype;
    DatabaseSync.prototype.exec = function (sql) {
      if (sql === "COMMIT") throw new Error("disk full");
      return exec.call(this, sql);
    };
    try {
      const results = await Promise.allSettled([insert("a"), writer.write("count")]);
      assertEquals(results.map(({ status }) => status), ["rejected", "rejected"]);
    } finally {
      DatabaseSync.prototype.exec = exec;
    }
    assertEquals([counted(), names()], [1, []]);
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
    const { writer, insert } = open();
    const written = Promise.all([insert("a"), insert("b")]);
    await writer.close();
    assertEquals(await written, ["a", "b"]);
    assertEquals(open().names(), ["a", "b"]);
  }));

Deno.test("write() rejects after close()", () =>
  withBench(async ({ open }) => {
    const { writer, insert } = open();
    await writer.close();
    await assertRejects(() => insert("a"), Error, "closed");
    assertEquals(open().names(), []);
  }));
