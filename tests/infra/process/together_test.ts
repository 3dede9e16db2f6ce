import { assertEquals, assertRejects } from "@std/assert";
import { together } from "../../../infra/process/together.ts";

Deno.test("together() begins the first work of a turn at once, and the others when it ends", async () => {
  const begun: string[] = [];
  const work = together((name: string) => {
    begun.push(name);
    return name.toUpperCase();
  });
  const results = ["a", "b", "c"].map((name) => work(name, 1));
  for (let step = 0; step < 10; step++) await Promise.resolve();
  assertEquals(begun, ["a"]);
  assertEquals(await Promise.all(results), ["A", "B", "C"]);
  assertEquals(begun, ["a", "b", "c"]);
  // A new turn has a first again.
  const alone = work("d", 1);
  assertEquals(begun.at(-1), "d");
  assertEquals(await alone, "D");
});

Deno.test("together() begins the work of a later turn without a wait for that of the one before", async () => {
  const never = Promise.withResolvers<string>();
  const work = together((name: string) => name === "a" ? never.promise : name);
  const first = work("a", 1);
  assertEquals(await work("b", 2), "b");
  assertEquals(await work("c", 3), "c");
  never.resolve("late");
  assertEquals(await first, "late");
});

Deno.test("together() lets work that throws fail alone", async () => {
  const work = together((name: string): string => {
    if (name === "a") throw new Error("no a");
    return name;
  });
  const [first, second] = [work("a", 1), work("b", 2)];
  await assertRejects(() => first, Error, "no a");
  assertEquals(await second, "b");
});

Deno.test("together() makes a handler to which Deno.serve hands the request and its connection", async () => {
  const handler = together((
    request: Request,
    { remoteAddr }: Deno.ServeHandlerInfo<Deno.NetAddr>,
  ) => new Response(`${request.method} from ${remoteAddr.hostname}`));
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, handler);
  const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, { method: "PUT" });
  assertEquals(await response.text(), "PUT from 127.0.0.1");
  await server.shutdown();
});
