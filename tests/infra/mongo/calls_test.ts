import { assertEquals } from "@std/assert";
import { wrapCalls } from "../../../infra/mongo/calls.ts";

Deno.test("wrapCalls() passes on arguments and results, and leaves other members as they are", async () => {
  const called: string[] = [];
  const port = {
    entriesPerSave: 100,
    add: (first: number, second: number) => Promise.resolve(first + second),
  };
  const wrapped = wrapCalls(port, (run, name) => {
    called.push(name);
    return run();
  });
  assertEquals([wrapped.entriesPerSave, await wrapped.add(1, 2)], [100, 3]);
  assertEquals(called, ["add"]);
});
