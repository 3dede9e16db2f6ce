import { assertEquals, assertMatch, assertRejects, assertStringIncludes } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { backUp } from "../../infra/sqlite/backup.ts";
import { toBackupPath } from "../../scripts/backup_database.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { productionOn } from "../support/both_stores.ts";
import { NOW } from "../support/clock.ts";
import { createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { payTo } from "../support/payments.ts";
import { startMain } from "../support/process.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const PROGRAM = "scripts/backup_database.ts";

async function balanceOf(kese: TestKese, userNo: string): Promise<string> {
  return (await send(kese, `GET /bakiye?userNo=${userNo}`)).body.balance;
}

Deno.test("toBackupPath() is dated, next to the file, and a name on every system", () => {
  assertEquals(
    toBackupPath("data/kese.db", new Date(NOW + 1_234)).replaceAll("\\", "/"),
    "data/backups/kese-2026-01-01T00-00-01Z.db",
  );
});

Deno.test("backUp() makes a copy for its owner alone, from which a restored Kese goes on", () =>
  withTemporaryFile(async ({ directory, path, open }) => {
    const target = `${directory}/backups/one.db`;
    const kese = await openTestKese({ store: open() });
    await createUser(kese, "1");
    const pay = (on: TestKese) => send(on, "POST /kart-saklamali-odeme?userNo=1&amount=10");
    await pay(kese);
    assertEquals(await backUp(path, target), { accounts: 1, entries: 2 });
    await pay(kese);
    assertEquals(await balanceOf(kese, "1"), "80.00");
    await kese.close();
    const { mode } = await Deno.stat(target);
    if (mode !== null && Deno.build.os !== "windows") assertEquals(mode & 0o777, 0o600);
    assertEquals([...Deno.readDirSync(`${directory}/backups`)].map(({ name }) => name), ["one.db"]);

    // As docs/deployment.md says it: the old files away, the backup in their place.
    for (const name of ["kese.db", "kese.db-wal", "kese.db-shm"]) {
      await Deno.rename(`${directory}/${name}`, `${directory}/old-${name}`).catch(() => {});
    }
    await Deno.copyFile(target, path);
    await using restored = await openTestKese({ store: open() });
    assertEquals(await balanceOf(restored, "1"), "90.00");
    assertEquals((await pay(restored)).body.balance, "80.00");
    assertEquals((await reconcile(restored)).faults, []);
  }));

Deno.test("backUp() replaces no file, and leaves nothing behind where it fails", () =>
  withTemporaryFile(async ({ directory, path, open }) => {
    await open().close();
    const target = `${directory}/backups/one.db`;
    await backUp(path, target);
    const before = await Deno.readFile(target);
    await assertRejects(() => backUp(path, target), Error, "exists already");
    assertEquals(await Deno.readFile(target), before);
    const foreign = `${directory}/foreign.db`;
    const songs = new DatabaseSync(foreign);
    songs.exec("CREATE TABLE songs (title TEXT)");
    songs.close();
    await assertRejects(() => backUp(foreign, `${directory}/backups/two.db`), Error, "not a store");
    const left = [...Deno.readDirSync(`${directory}/backups`)].map(({ name }) => name);
    assertEquals(left, ["one.db"]);
  }));

Deno.test("backUp() finds accounts and journal that disagree", () =>
  withTemporaryFile(async ({ directory, path, open }) => {
    const kese = await openTestKese({ store: open() });
    await createUser(kese, "1");
    await kese.close();
    for (
      const damage of [
        "UPDATE journal SET delta = delta + 1",
        "DELETE FROM journal",
        "DELETE FROM heads",
        "INSERT INTO journal SELECT entry_no + 1, prev, 'other', account_no, seq, type, amount, 0, " +
        "balance_after, at, key_hash, facts FROM journal",
      ]
    ) {
      const damaged = `${directory}/damaged.db`;
      await Deno.copyFile(path, damaged);
      const database = new DatabaseSync(damaged);
      database.exec(damage);
      database.close();
      await assertRejects(() => backUp(damaged, `${directory}/copy.db`), Error, "disagree", damage);
      await Deno.remove(damaged);
    }
  }));

Deno.test("db:backup copies while main.ts writes; refuses a store that is not there, and MongoDB", () =>
  withTemporaryFile(async ({ directory }) => {
    const path = `${directory}/data/kese.db`;
    const variables = productionOn({ SQLITE_PATH: path });
    const run = async (more: Readonly<Record<string, string>>, ...args: readonly string[]) => {
      const task = startMain({ ...variables, ...more }, {
        program: [PROGRAM, ...args],
      });
      return [await task.ended, task.output()] as const;
    };
    const [missing, said] = await run({});
    assertEquals(missing, 1);
    assertStringIncludes(said, `There is no store at ${path}`);
    await assertRejects(() => Deno.stat(`${directory}/data`), Deno.errors.NotFound);

    await using main = startMain(variables);
    const url = await main.url;
    await createUser(url, "1", "1000.00");
    let paying = true;
    const paid = (async () => {
      let count = 0;
      for (; paying; count++) {
        await payTo(url, { userNo: "1", amountKurus: 1, key: `pay-${count}` });
      }
      return count;
    })();
    const [code, output] = await run({});
    const [named] = await run({}, `${directory}/named.db`);
    const [again, refused] = await run({}, `${directory}/named.db`);
    paying = false;
    assertEquals([code, named, again], [0, 0, 1], output);
    assertStringIncludes(refused, "exists already");
    const [, file = ""] = /^(\S+) holds \d+ entries of 1 accounts/.exec(output) ?? [];
    assertMatch(file, /backups.kese-\d{4}-\d\d-\d\dT\d\d-\d\d-\d\dZ\.db$/);
    const balance = (100_000 - await paid) / 100;
    assertEquals(Number((await send(url, "GET /bakiye?userNo=1")).body.balance), balance);
    const [onMongo, why] = await run({ MONGODB_URI: "mongodb://127.0.0.1:1/" });
    assertEquals(onMongo, 1);
    assertStringIncludes(why, "backups of its own");
  }));
