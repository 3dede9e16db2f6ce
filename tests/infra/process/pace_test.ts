import { assertEquals, assertRejects } from "@std/assert";
import { createPace } from "../../../infra/process/pace.ts";

/** A clock that runs only while a piece of work says how long it takes; rests are not waited for. */
function createWork() {
  let now = 0;
  const begun: number[] = [];
  return {
    begun,
    now: () => now,
    piece: (milliseconds: number) => () => {
      begun.push(now);
      now += milliseconds;
      return milliseconds;
    },
    rest: (milliseconds: number) => {
      now += milliseconds;
      return Promise.resolve();
    },
  };
}

Deno.test("createPace() does the first piece at once, and rests after each in proportion to it", async () => {
  const { begun, now, piece, rest } = createWork();
  const pace = createPace({ share: 0.25, now, rest });
  await Promise.all([pace(piece(2)), pace(piece(4)), pace(piece(1))]);
  assertEquals(begun, [0, 8, 24]);
});

Deno.test("createPace() owes no rest to one who comes late", async () => {
  const { begun, now, piece, rest } = createWork();
  const pace = createPace({ share: 0.5, now, rest });
  await pace(piece(2));
  await rest(100);
  await pace(piece(2));
  assertEquals(begun, [0, 102]);
});

Deno.test("createPace() gives what a piece gives, and goes on after one that throws", async () => {
  const { now, piece, rest } = createWork();
  const pace = createPace({ share: 0.5, now, rest });
  const failing = pace(() => {
    throw new Error("unreadable");
  });
  const next = pace(piece(3));
  await assertRejects(() => failing, Error, "unreadable");
  assertEquals(await next, 3);
});
