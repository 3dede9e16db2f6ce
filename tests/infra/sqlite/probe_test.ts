import { assertEquals, assertGreater, assertRejects } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { BATCHES_A_CHECK, CALLS_UNDER_LOAD } from "../../../infra/sqlite/files_at_path.ts";
import { createTestClock, NOW } from "../../support/clock.ts";
import { createUser, openTestKese, send } from "../../support/kese.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

Deno.test("probe() is content with a store that is well, also in memory", () =>
  withTemporaryFile(async ({ open }) => {
    await using kese = await openTestKese();
    await kese.store.health.ping();
    const store = open();
    await store.health.ping();
    await store.keepHouse(0);
    await store.health.ping();
    await store.close();
  }));

/** What becomes of the files while they are open. */
const LOSSES: Readonly<Record<string, (path: string) => void>> = {
  "deleted": (path) => Deno.removeSync(path),
  "moved away": (path) => Deno.renameSync(path, `${path}.old`),
  "replaced by a copy": (path) => {
    Deno.copyFileSync(path, `${path}.copy`);
    Deno.renameSync(`${path}.copy`, path);
  },
  "without its log": (path) => Deno.removeSync(`${path}-wal`),
};

// An open file can be neither deleted nor replaced on Windows.
const ignore = Deno.build.os === "windows";

for (const [what, lose] of Object.entries(LOSSES)) {
  Deno.test({
    name: `SQLite takes no commit to a file that was ${what}, and its probe says so`,
    ignore,
    fn: () =>
      withTemporaryFile(async ({ path, open }) => {
        const store = open();
        const write = () => store.auth.endSession("hash");
        await write();
        lose(path);
        await assertRejects(write, StoreUnavailableError, "no longer at their path");
        await assertRejects(() => store.health.ping(), StoreUnavailableError);
        await store.close();
      }),
  });
}

Deno.test({
  name: "SQLite notices within a few batches under load that its file was deleted",
  ignore,
  fn: () =>
    withTemporaryFile(async ({ path, open }) => {
      const store = open();
      const writeMany = async () => {
        const calls = Array.from({ length: CALLS_UNDER_LOAD }, () => store.auth.endSession("hash"));
        const ends = await Promise.allSettled(calls);
        return ends.every(({ status }) => status === "fulfilled");
      };
      assertEquals(await writeMany(), true);
      Deno.removeSync(path);
      const ends: boolean[] = [];
      for (let batch = 0; batch < BATCHES_A_CHECK; batch++) ends.push(await writeMany());
      assertEquals(ends.includes(false), true, "noticed");
      await assertRejects(() => store.auth.endSession("hash"), StoreUnavailableError);
      await store.close();
    }),
});

Deno.test({
  name: "SQLite makes no new file in the place of one that was deleted before its first commit",
  ignore,
  fn: () =>
    withTemporaryFile(async ({ path, open }) => {
      const store = open();
      Deno.removeSync(path);
      await assertRejects(() => store.auth.endSession("hash"), StoreUnavailableError);
      await assertRejects(() => Deno.stat(path), Deno.errors.NotFound);
      await store.close();
    }),
});

Deno.test({
  name: "POST /kart-saklamali-odeme is not acknowledged when the file was deleted",
  ignore,
  fn: () =>
    withTemporaryFile(async ({ path, open }) => {
      // Its time passes with each look at it, so that the deadline of a command comes soon.
      let now = NOW;
      const clock = { ...createTestClock(), now: () => now += 200 };
      await using kese = await openTestKese({ store: open(), clock });
      await createUser(kese, "1");
      const pay = () => send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
      assertEquals((await pay()).status, 201);
      assertEquals((await send(kese, "GET /health/ready")).status, 200);
      Deno.removeSync(path);
      assertEquals((await pay()).status, 503);
      now += 1_000;
      assertEquals((await send(kese, "GET /health/ready")).status, 503);
      assertEquals((await send(kese, "GET /bakiye?userNo=1")).body.balance, "99.00");
    }),
});

const PAGE_BYTES = 4_096;

/** The pages at which tables and indexes begin, but for indexes of some rows only and for what a probe itself writes. */
function rootsOf(path: string): readonly number[] {
  const database = new DatabaseSync(path, { readOnly: true });
  const rows = database.prepare(
    "SELECT rootpage FROM sqlite_schema WHERE rootpage > 0 AND coalesce(sql, '') NOT LIKE '%INDEX%WHERE%' AND name <> 'probe'",
  ).all();
  database.close();
  return [1, ...rows.map(({ rootpage }) => Number(rootpage))];
}

/** Scribbles over a page for as long as `use` takes. */
async function withBrokenPage(path: string, page: number, use: () => Promise<unknown>) {
  using file = Deno.openSync(path, { read: true, write: true });
  const offset = (page - 1) * PAGE_BYTES;
  const at = () => file.seekSync(offset, Deno.SeekMode.Start);
  const before = new Uint8Array(PAGE_BYTES);
  at();
  file.readSync(before);
  at();
  file.writeSync(new Uint8Array(PAGE_BYTES).fill(0x55));
  try {
    await use();
  } finally {
    at();
    file.writeSync(before);
  }
}

Deno.test("probe() finds a broken page at the root of any table or index", () =>
  withTemporaryFile(async ({ path, open }) => {
    const store = open();
    await store.health.ping();
    const roots = rootsOf(path);
    assertGreater(roots.length, 15);
    for (const page of roots) {
      // What lies in the log is newer than the file, so it has to go into the file first.
      await store.keepHouse(0);
      await store.auth.endSession("answered when the log is emptied");
      await withBrokenPage(
        path,
        page,
        () => assertRejects(() => store.health.ping(), Error, undefined, `${page}`),
      );
    }
    await store.health.ping();
    await store.close();
  }));
