import { assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { limitTime } from "../../../infra/mongo/time_limit.ts";
import { settled } from "../../support/clock.ts";

const never = new Promise<never>(() => {});

Deno.test("limitTime() gives up on a call that never ends", async () => {
  const limit = { name: "load", milliseconds: 5 };
  await assertRejects(
    () => limitTime(() => never, limit),
    StoreUnavailableError,
    "load: no answer in 5 ms",
  );
});

Deno.test("limitTime() passes on results and failures", async () => {
  const limit = { name: "add", milliseconds: 1_000 };
  const fault = new Error("no connection");
  assertEquals(await limitTime(() => Promise.resolve(3), limit), 3);
  const failure = await assertRejects(() => limitTime(() => Promise.reject(fault), limit));
  assertStrictEquals(failure, fault);
});

Deno.test("limitTime() ignores a failure after it has given up", async () => {
  const late = Promise.withResolvers<void>();
  const limit = { name: "save", milliseconds: 1 };
  await assertRejects(() => limitTime(() => late.promise, limit), Error, "no answer");
  // Unhandled, this would end the process.
  late.reject(new Error("the connection broke"));
  await settled();
});
