import { assertEquals, assertRejects } from "@std/assert";
import type { Clock } from "../../../domain/ports/clock.ts";
import { SharedDeadline } from "../../../routes/http/shared_deadline.ts";
import { settled } from "../../support/clock.ts";

/** A limit whose looks a test makes happen, and what became of promises under it. */
function createBench() {
  const periods: number[] = [];
  let look = (): void => {};
  const clock: Pick<Clock, "now" | "within"> = {
    now: () => 0,
    within: (promise, milliseconds) => {
      periods.push(milliseconds);
      const passed = new Promise<undefined>((resolve) => (look = () => resolve(undefined)));
      return Promise.race([promise, passed]);
    },
  };
  const deadline = new SharedDeadline({ clock, milliseconds: 10_000 });
  const ended: unknown[] = [];
  return {
    deadline,
    ended,
    periods,
    wait: (promise: Promise<unknown>) =>
      void deadline.within(promise).then((end) => ended.push(end)),
    /** Half of the limit passes. */
    passHalf: async () => {
      look();
      await settled();
    },
  };
}

const NEVER = new Promise<never>(() => {});

Deno.test("SharedDeadline.within() gives what the promise gives, also when it rejects", async () => {
  const { deadline } = createBench();
  assertEquals(await deadline.within(Promise.resolve(7)), 7);
  await assertRejects(() => deadline.within(Promise.reject(new Error("gone"))), Error, "gone");
});

Deno.test("SharedDeadline.within() gives up after half of the limit at the earliest, and at its end at the latest", async () => {
  const { ended, passHalf, periods, wait } = createBench();
  wait(NEVER);
  await passHalf();
  assertEquals(ended, [], "it came just before the look");
  wait(NEVER);
  await passHalf();
  assertEquals(ended, [undefined]);
  await passHalf();
  assertEquals(ended, [undefined, undefined]);
  assertEquals(periods, [5_000, 5_000, 5_000], "and then nobody looks");
});

Deno.test("SharedDeadline.within() minds nothing that comes after it gave up", async () => {
  const { deadline, ended, passHalf, wait } = createBench();
  const late = [Promise.withResolvers<string>(), Promise.withResolvers<string>()];
  for (const { promise } of late) wait(promise);
  await passHalf();
  await passHalf();
  late[0]?.resolve("late");
  late[1]?.reject(new Error("late"));
  await settled();
  assertEquals(ended, [undefined, undefined]);
  assertEquals(await deadline.within(Promise.resolve("new")), "new");
});

Deno.test("SharedDeadline.within() has one timer for all, and none when nothing waits", async () => {
  const { ended, passHalf, periods, wait } = createBench();
  const some = Array.from({ length: 100 }, () => Promise.withResolvers<string>());
  for (const { promise } of some) wait(promise);
  assertEquals(periods.length, 1);
  await passHalf();
  assertEquals(periods.length, 2);
  for (const { resolve } of some) resolve("come");
  await settled();
  assertEquals(ended, Array.from({ length: 100 }, () => "come"));
  wait(NEVER);
  assertEquals(periods.length, 3, "the other timer has ended with what it was for");
  await passHalf();
  await passHalf();
  assertEquals(ended.length, 101);
});
