import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { settled } from "../../support/scripted_store.ts";
import { withTimeLimit } from "../../../infra/mongo/time_limit.ts";

const never = new Promise<never>(() => {});

Deno.test("withTimeLimit() gives up a call that has no end", async () => {
  const port = withTimeLimit({ load: (_id: string) => never }, 5);
  await assertRejects(() => port.load("1"), StoreUnavailableError, "load: no answer in 5 ms");
});

Deno.test("withTimeLimit() passes on arguments, results, failures and what is no call", async () => {
  const fault = new Error("no connection");
  const port = withTimeLimit({
    entriesPerSave: 100,
    add: (first: number, second: number) => Promise.resolve(first + second),
    fail: () => Promise.reject(fault),
  }, 1_000);
  assertEquals([port.entriesPerSave, await port.add(1, 2)], [100, 3]);
  assertStrictEquals(await assertRejects(() => port.fail()), fault);
});

Deno.test("withTimeLimit() hears of no failure after it has given up", async () => {
  const late = Promise.withResolvers<void>();
  const port = withTimeLimit({ save: () => late.promise }, 1);
  await assertRejects(() => port.save(), Error, "no answer");
  // Unhandled, this would end the process.
  late.reject(new Error("the connection broke"));
  await settled();
});
