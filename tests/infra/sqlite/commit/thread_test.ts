import { assert, assertEquals, assertRejects } from "@std/assert";
import { StoreUnavailableError } from "../../../../domain/ports/errors.ts";
import { createCommitThread } from "../../../../infra/sqlite/commit/thread.ts";
import { SqliteDatabase } from "../../../../infra/sqlite/database.ts";
import { createWriter } from "../../../../infra/sqlite/commit/writer.ts";
import type { SqliteWrites } from "../../../../infra/sqlite/commit/writes.ts";
import { withTemporaryFile } from "../../../support/temporary_store.ts";

function chargeOf(reference: string) {
  const charge = { amountKurus: 1, last4: "4242", declined: null, waits: false, refunds: [] };
  return { reference, ...charge } as const;
}

Deno.test("createCommitThread() gives each call its outcome, in the order of the calls", () =>
  withTemporaryFile(async ({ path }) => {
    const thread = createCommitThread(path);
    const outcomes = await Promise.all([
      thread.commit([["endSession", "a"], ["insertCharge", chargeOf("a")]]),
      thread.commit([["insertCharge", { ...chargeOf("a"), last4: "1111" }]]),
    ]);
    assertEquals(outcomes, [
      [{ result: undefined }, { result: chargeOf("a") }],
      // The charge of the batch before it: the second found it.
      [{ result: chargeOf("a") }],
    ]);
    await thread.close();
  }));

Deno.test("createCommitThread() lets a call that cannot be done fail alone, with its own error", () =>
  withTemporaryFile(async ({ path }) => {
    const thread = createCommitThread(path);
    const [first, second, third] = await thread.commit([
      ["insertCharge", chargeOf("a")],
      ["insertCharge", { ...chargeOf("b"), last4: null }],
      ["writeAudit", { firstAt: 1, lastAt: 1, requestIds: new Uint8Array(), records: "[]" }],
    ]);
    assertEquals([first, third], [{ result: chargeOf("a") }, { result: undefined }]);
    assert(second && "error" in second && second.error instanceof Error);
    assertEquals(second.error.message, "NOT NULL constraint failed: sandbox_charges.last4");
    await thread.close();
  }));

Deno.test("createCommitThread() says of a file that cannot be opened that the store is away", () =>
  withTemporaryFile(async ({ directory }) => {
    const writer = createWriter<SqliteWrites>(createCommitThread(`${directory}/none/kese.db`));
    await assertRejects(() => writer.write("endSession", "a"), StoreUnavailableError);
    await writer.close();
  }));

Deno.test("createCommitThread() leaves the thread that asks free while it waits for another process", () =>
  withTemporaryFile(async ({ path }) => {
    const holder = new SqliteDatabase(path);
    const writer = createWriter<SqliteWrites>(createCommitThread(path));
    await writer.write("endSession", "a");
    let turns = 0;
    holder.prepare("BEGIN IMMEDIATE").run();
    const written = assertRejects(() => writer.write("endSession", "b"), StoreUnavailableError);
    const counting = setInterval(() => turns++, 1);
    await written;
    clearInterval(counting);
    // If this thread waited for the other process, nothing would turn.
    assert(turns > 10, `${turns} turns`);
    holder.prepare("ROLLBACK").run();
    await writer.write("endSession", "c");
    await writer.close();
    holder.close();
  }));

Deno.test("createCommitThread() starts nothing before it has something to commit", () =>
  withTemporaryFile(async ({ path }) => {
    // Otherwise the sanitizer of this test would find a thread.
    createCommitThread(path);
    const thread = createCommitThread(path);
    await thread.close();
  }));
