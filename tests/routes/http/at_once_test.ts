import { assert, assertEquals } from "@std/assert";
import { AtOnce } from "../../../routes/http/at_once.ts";

Deno.test("AtOnce lets so many of one begin, and another as soon as one has ended", () => {
  const running = new AtOnce(2);
  const [first, second] = [running.begin("a"), running.begin("a")];
  assert(first && second);
  assertEquals(running.begin("a"), undefined);
  assert(running.begin("b"), "others are not held up");
  first();
  const third = running.begin("a");
  assert(third);
  assertEquals(running.begin("a"), undefined);
  second();
  third();
  assert(running.begin("a") && running.begin("a"));
});
