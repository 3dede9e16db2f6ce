import { assertEquals, assertRejects } from "@std/assert";
import { together } from "../../infra/together.ts";

Deno.test("together() begins the work of one turn at its end, in the order in which it came", async () => {
  const begun: string[] = [];
  const work = together((name: string) => {
    begun.push(name);
    return name.toUpperCase();
  });
  const first = work("a");
  await Promise.resolve();
  const second = work("b");
  assertEquals(begun, []);
  assertEquals(await Promise.all([first, second]), ["A", "B"]);
  assertEquals(begun, ["a", "b"]);
});

Deno.test("together() begins the work of a later turn without a wait for that of the one before", async () => {
  const never = Promise.withResolvers<string>();
  const work = together((name: string) => name === "a" ? never.promise : name);
  const first = work("a");
  assertEquals(await work("b"), "b");
  assertEquals(await work("c"), "c");
  never.resolve("late");
  assertEquals(await first, "late");
});

Deno.test("together() lets work that throws fail alone", async () => {
  const work = together((name: string): string => {
    if (name === "a") throw new Error("no a");
    return name;
  });
  const [first, second] = [work("a"), work("b")];
  await assertRejects(() => first, Error, "no a");
  assertEquals(await second, "b");
});
