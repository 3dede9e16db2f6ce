import { assertEquals, assertThrows } from "@std/assert";
import type { Log } from "../../../domain/ports/log.ts";
import { keepListening, type Server } from "../../../infra/process/listener.ts";
import { settled } from "../../support/clock.ts";

/** A server that ends when the test says so. */
interface ScriptedServer extends Server {
  fail(): void;
  readonly isClosed: () => boolean;
}

function createServer(port: number): ScriptedServer {
  const finished = Promise.withResolvers<void>();
  let closed = false;
  return {
    addr: { hostname: "127.0.0.1", port, transport: "tcp" },
    finished: finished.promise,
    shutdown: () => {
      closed = true;
      finished.resolve();
      return finished.promise;
    },
    fail: () => finished.reject(new Error("Too many open files")),
    isClosed: () => closed,
  };
}

function createBench(refusals: readonly Error[] = []) {
  const servers: ScriptedServer[] = [];
  const ports: (number | undefined)[] = [];
  const lines: string[] = [];
  const waiting = [...refusals];
  const note = (event: string) => void lines.push(event);
  const log: Log = { debug: note, info: note, warn: note, error: note };
  const listen = (port?: number): Server => {
    ports.push(port);
    const refusal = ports.length > 1 ? waiting.shift() : undefined;
    if (refusal) throw refusal;
    const server = createServer(port ?? 5000);
    servers.push(server);
    return server;
  };
  const pause = (milliseconds: number): Promise<void> => {
    lines.push(`pause ${milliseconds}`);
    return new Promise((resolve) => setImmediate(resolve));
  };
  const newest = (): ScriptedServer => {
    const server = servers.at(-1);
    if (server === undefined) throw new Error("Cannot go on: nobody listens");
    return server;
  };
  return { listener: keepListening({ listen, log, pause }), servers, ports, lines, newest };
}

Deno.test("keepListening() listens once, and ends when it is told to", async () => {
  const { listener, ports, lines, newest } = createBench();
  await listener.shutdown();
  assertEquals([ports, lines, newest().isClosed()], [[undefined], [], true]);
});

Deno.test("keepListening() listens again on its port, and closes what has failed", async () => {
  const { listener, servers, ports, lines, newest } = createBench();
  for (let count = 1; count <= 3; count++) {
    newest().fail();
    await settled();
    assertEquals(ports, [undefined, ...Array.from({ length: count }, () => 5000)]);
  }
  assertEquals(servers.map(({ isClosed }) => isClosed()), [true, true, true, false]);
  assertEquals(lines.filter((line) => line === "listening_stopped").length, 3);
  await listener.shutdown();
  assertEquals(newest().isClosed(), true);
});

Deno.test("keepListening() tries until it may listen", async () => {
  const refusals = [new Error("Address already in use"), new Error("Too many open files")];
  const { listener, servers, lines, newest } = createBench(refusals);
  newest().fail();
  await settled();
  assertEquals(servers.length, 2);
  const stopped = "listening_stopped";
  assertEquals(lines, [stopped, stopped, "pause 100", stopped, "pause 100", "listening_again"]);
  await listener.shutdown();
});

Deno.test("keepListening() tries no longer once it is told to end", async () => {
  const refusals = Array.from({ length: 1_000 }, () => new Error("Address already in use"));
  const { listener, servers, ports, newest } = createBench(refusals);
  newest().fail();
  await settled();
  await listener.shutdown();
  const tries = ports.length;
  await settled();
  assertEquals([ports.length, servers.length], [tries, 1]);
});

Deno.test("keepListening() throws when it cannot listen the first time", () => {
  const refused = () => {
    throw new Error("Address already in use");
  };
  const log: Log = { debug: refused, info: refused, warn: refused, error: refused };
  assertThrows(
    () => keepListening({ listen: refused, log, pause: () => Promise.resolve() }),
    Error,
    "Address already in use",
  );
});
