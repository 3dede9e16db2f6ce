import { assertEquals, assertRejects } from "@std/assert";
import { createSystemClock } from "../../../infra/process/clock.ts";

// A timer that outlived its promise would fail these tests: they are run with sanitizers.
const LONG = 60_000;

Deno.test("within() gives what the promise gives, and leaves no timer behind", async () => {
  const { within } = createSystemClock();
  assertEquals(await within(Promise.resolve(7), LONG), 7);
  const later = Promise.withResolvers<string>();
  const waiting = within(later.promise, LONG);
  later.resolve("come");
  assertEquals(await waiting, "come");
});

Deno.test("within() rejects as the promise does, and leaves no timer behind", async () => {
  const { within } = createSystemClock();
  await assertRejects(() => within(Promise.reject(new Error("broken")), LONG), Error, "broken");
});

Deno.test("within() gives undefined when it takes longer, and minds nothing that comes after", async () => {
  const { within } = createSystemClock();
  for (const end of ["resolve", "reject"] as const) {
    const late = Promise.withResolvers<string>();
    assertEquals(await within(late.promise, 1), undefined);
    late[end]("too late");
  }
});

Deno.test("after() acts once and later, and not at all when it is called off before", async () => {
  const { after } = createSystemClock();
  const acted: string[] = [];
  const done = Promise.withResolvers<void>();
  after(1, () => acted.push("called off"))();
  after(2, () => {
    acted.push("acted");
    done.resolve();
  });
  assertEquals(acted, []);
  await done.promise;
  assertEquals(acted, ["acted"]);
});
