import { assertEquals, assertRejects } from "@std/assert";
import type { Call, Outcome } from "../../../../infra/sqlite/commit/group_commit.ts";
import { CALLS_OF_A_BATCH, createWriter } from "../../../../infra/sqlite/commit/writer.ts";

interface EchoWrites {
  echo(text: string): string;
}

/** A committer whose batches end when the test says so. */
function createSlowCommitter() {
  const batches: { readonly texts: string[]; end(): void }[] = [];
  return {
    batches,
    commit: (calls: readonly Call[]): Promise<readonly Outcome[]> => {
      const texts = calls.map(([, text]) => String(text));
      const { promise, resolve } = Promise.withResolvers<readonly Outcome[]>();
      batches.push({ texts, end: () => resolve(texts.map((result) => ({ result }))) });
      return promise;
    },
    close: () => {},
  };
}

/** Lets what waits for turns of the event loop have them. */
async function someTurns(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
}

Deno.test("write() puts what comes in one turn into one batch", async () => {
  const committer = createSlowCommitter();
  const writer = createWriter<EchoWrites>(committer);
  const written = Promise.all(["a", "b", "c"].map((text) => writer.write("echo", text)));
  await someTurns();
  assertEquals(committer.batches.map(({ texts }) => texts), [["a", "b", "c"]]);
  committer.batches[0]?.end();
  assertEquals(await written, ["a", "b", "c"]);
  await writer.close();
});

Deno.test("write() gathers what comes while a batch is under way into the next", async () => {
  const committer = createSlowCommitter();
  const writer = createWriter<EchoWrites>(committer);
  const written: Promise<string>[] = [];
  for (const text of ["a", "b", "c"]) {
    written.push(writer.write("echo", text));
    await someTurns();
  }
  assertEquals(committer.batches.map(({ texts }) => texts), [["a"]]);
  committer.batches[0]?.end();
  assertEquals(await written[0], "a");
  await someTurns();
  assertEquals(committer.batches.map(({ texts }) => texts), [["a"], ["b", "c"]]);
  committer.batches[1]?.end();
  assertEquals(await Promise.all(written), ["a", "b", "c"]);
  await writer.close();
});

Deno.test("write() sends a full batch at once and next to another, and no third", async () => {
  const committer = createSlowCommitter();
  const writer = createWriter<EchoWrites>(committer);
  const sizes = () => committer.batches.map(({ texts }) => texts.length);
  const write = (calls: number) =>
    Array.from({ length: calls }, (_, place) => writer.write("echo", `${place}`));
  const written = write(CALLS_OF_A_BATCH - 1);
  assertEquals(sizes(), []);
  written.push(...write(1));
  assertEquals(sizes(), [CALLS_OF_A_BATCH]);
  written.push(...write(CALLS_OF_A_BATCH - 1));
  await someTurns();
  assertEquals(sizes(), [CALLS_OF_A_BATCH]);
  written.push(...write(1));
  assertEquals(sizes(), [CALLS_OF_A_BATCH, CALLS_OF_A_BATCH]);
  // Two are under way: what comes now waits for one of them, however much it is.
  written.push(...write(2 * CALLS_OF_A_BATCH));
  await someTurns();
  assertEquals(sizes(), [CALLS_OF_A_BATCH, CALLS_OF_A_BATCH]);
  committer.batches[1]?.end();
  await someTurns();
  assertEquals(sizes(), [CALLS_OF_A_BATCH, CALLS_OF_A_BATCH, 2 * CALLS_OF_A_BATCH]);
  for (const batch of committer.batches) batch.end();
  assertEquals((await Promise.all(written)).length, 4 * CALLS_OF_A_BATCH);
  await writer.close();
});

Deno.test("write() lets what was gathered wait for a full batch that went meanwhile", async () => {
  const committer = createSlowCommitter();
  const writer = createWriter<EchoWrites>(committer);
  const sizes = () => committer.batches.map(({ texts }) => texts.length);
  const write = (calls: number) =>
    Array.from({ length: calls }, (_, place) => writer.write("echo", `${place}`));
  const written = write(CALLS_OF_A_BATCH + 1);
  await someTurns();
  assertEquals(sizes(), [CALLS_OF_A_BATCH]);
  committer.batches[0]?.end();
  await someTurns();
  assertEquals(sizes(), [CALLS_OF_A_BATCH, 1]);
  committer.batches[1]?.end();
  assertEquals((await Promise.all(written)).length, CALLS_OF_A_BATCH + 1);
  await writer.close();
});

Deno.test("close() waits for what is under way and for what still waits", async () => {
  const committer = createSlowCommitter();
  const writer = createWriter<EchoWrites>(committer);
  const first = writer.write("echo", "a");
  await someTurns();
  const second = writer.write("echo", "b");
  let closed = false;
  const closing = writer.close().then(() => closed = true);
  await someTurns();
  assertEquals([committer.batches.length, closed], [2, false]);
  for (const batch of committer.batches) batch.end();
  assertEquals(await Promise.all([first, second]), ["a", "b"]);
  await closing;
  await assertRejects(() => writer.write("echo", "c"), Error, "closed");
});

Deno.test("write() rejects when nobody can say what became of the batch, and goes on", async () => {
  let fails = true;
  const writer = createWriter<EchoWrites>({
    commit: (calls) =>
      fails ? Promise.reject(new Error("gone")) : calls.map(([, result]) => ({ result })),
    close: () => {},
  });
  await assertRejects(() => writer.write("echo", "a"), Error, "gone");
  fails = false;
  assertEquals(await writer.write("echo", "b"), "b");
  await writer.close();
});
