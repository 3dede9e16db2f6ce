import { assert, assertEquals, assertRejects } from "@std/assert";
import fc from "fast-check";
import { BusyError } from "../../../domain/ports/errors.ts";
import { createTurns, type TurnBounds } from "../../../infra/crypto/turns.ts";

const BOUNDS: TurnBounds = { atOnce: 2, waiting: 3, strangersWaiting: 5, waitingPerStranger: 2 };

/** Turns whose tasks run until the test ends them, in the order in which they start. */
function createBench(bounds: Partial<TurnBounds> = {}) {
  const inTurn = createTurns({ ...BOUNDS, ...bounds });
  const started: string[] = [];
  const ends = new Map<string, () => void>();
  const busy: string[] = [];
  const add = (name: string, stranger?: string): Promise<void> => {
    const { promise, resolve } = Promise.withResolvers<void>();
    ends.set(name, resolve);
    return inTurn(() => {
      started.push(name);
      return promise;
    }, stranger).catch((error) => {
      assert(error instanceof BusyError);
      busy.push(name);
    });
  };
  const end = async (name: string): Promise<void> => {
    ends.get(name)?.();
    for (let step = 0; step < 10; step++) await Promise.resolve();
  };
  return { add, end, started, busy };
}

Deno.test("createTurns() runs known callers in turn, and refuses one too many", async () => {
  const { add, end, started, busy } = createBench();
  for (const name of ["a", "b", "c", "d", "e", "f"]) void add(name);
  await end("b");
  assertEquals(busy, ["f"]);
  assertEquals(started, ["a", "b", "c"]);
  for (const name of ["a", "c", "d", "e"]) await end(name);
  assertEquals(started, ["a", "b", "c", "d", "e"]);
});

Deno.test("createTurns() keeps a place for known callers, and one for strangers", async () => {
  const { add, end, started } = createBench();
  for (const name of ["x1", "x2"]) void add(name, "x");
  await end("nobody");
  assertEquals(started, ["x1"], "strangers never take both places");
  for (const name of ["a", "b"]) void add(name);
  await end("nobody");
  assertEquals(started, ["x1", "a"]);
  await end("a");
  assertEquals(started, ["x1", "a", "b"]);
  await end("x1");
  assertEquals(started, ["x1", "a", "b", "x2"]);
  await end("x2");
  await end("b");
  for (const name of ["c", "d"]) void add(name);
  await end("nobody");
  assertEquals(started.slice(-2), ["c", "d"], "without strangers known callers take both");
});

Deno.test("createTurns() gives each address its turn, however many one of them sends", async () => {
  const { add, end, started, busy } = createBench();
  for (const name of ["x1", "x2", "x3", "x4"]) void add(name, "x");
  for (const name of ["y1", "z1"]) void add(name, name[0]);
  await end("x1");
  assertEquals([started, busy], [["x1", "x2"], ["x4"]]);
  await end("x2");
  await end("y1");
  await end("z1");
  assertEquals(started, ["x1", "x2", "y1", "z1", "x3"]);
});

Deno.test("createTurns() refuses strangers past their bound, and no known caller for it", async () => {
  const { add, end, started, busy } = createBench();
  for (const name of ["t", "u", "v", "w", "x", "y", "z"]) void add(name, name);
  void add("known");
  await end("nobody");
  assertEquals(busy, ["z"]);
  assertEquals(started, ["t", "known"]);
});

Deno.test("createTurns() passes on what a task throws, and goes on", async () => {
  const inTurn = createTurns({ ...BOUNDS, atOnce: 1 });
  await assertRejects(
    () => inTurn(() => Promise.reject(new Error("failed")), "x"),
    Error,
    "failed",
  );
  assertEquals(await inTurn(() => Promise.resolve("next")), "next");
});

Deno.test("createTurns() never runs more than it may, and loses nobody who waits", async () => {
  const caller = fc.constantFrom(undefined, "x", "y", "z");
  const callers = fc.array(fc.tuple(caller, fc.nat(5), fc.boolean()), { maxLength: 60 });
  await fc.assert(fc.asyncProperty(callers, fc.integer({ min: 1, max: 4 }), async (all, atOnce) => {
    const bounds = { atOnce, waiting: 60, strangersWaiting: 60, waitingPerStranger: 60 };
    const inTurn = createTurns(bounds);
    let [running, strangers, most, mostStrangers] = [0, 0, 0, 0];
    const results = await Promise.allSettled(
      all.map(([stranger, steps, fails]) =>
        inTurn(async () => {
          most = Math.max(most, ++running);
          if (stranger !== undefined) mostStrangers = Math.max(mostStrangers, ++strangers);
          for (let step = 0; step < steps; step++) await Promise.resolve();
          running--;
          if (stranger !== undefined) strangers--;
          if (fails) throw new Error("failed");
        }, stranger)
      ),
    );
    assertEquals(
      results.map(({ status }) => status),
      all.map(([, , fails]) => fails ? "rejected" : "fulfilled"),
    );
    assert(most <= atOnce && mostStrangers <= Math.max(1, atOnce - 1), `${most}, ${mostStrangers}`);
  }));
});
