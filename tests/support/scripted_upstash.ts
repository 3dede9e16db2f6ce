import type { Log } from "../../domain/ports/log.ts";
import { createSystemClock } from "../../infra/process/clock.ts";
import { openRedis, type RedisConnection } from "../../infra/redis/connection.ts";
import { createTestClock, type TestClock } from "./clock.ts";
import { createTestLog } from "./logs.ts";

/** So long that a client without a time-out of its own fails its test. */
const NEVER_MILLISECONDS = 5_000;

/** A command as the client sent it: its name first. */
export type RedisCommand = readonly string[];

/** What a command gets: a result, a whole response, or no answer at all. */
export type UpstashAnswer = { readonly result: unknown } | Response | "none";

export type UpstashScript = (command: RedisCommand) => UpstashAnswer;

export interface ScriptedUpstash {
  readonly redis: RedisConnection;
  readonly clock: TestClock;
  readonly log: Log;
  /** Every command that arrived, in order. */
  readonly commands: RedisCommand[];
  /** The headers of the last request. */
  readonly lastHeaders: () => Headers | undefined;
  readonly lines: string[];
}

/** Kese's connection to an Upstash on loopback that answers as the script says. */
export async function withUpstash(
  script: UpstashScript,
  test: (upstash: ScriptedUpstash) => Promise<void>,
): Promise<void> {
  const commands: RedisCommand[] = [];
  const over = Promise.withResolvers<void>();
  let headers: Headers | undefined;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const command: RedisCommand = (await request.json()).map(String);
      commands.push(command);
      headers = request.headers;
      const answer = script(command);
      if (answer === "none") await createSystemClock().within(over.promise, NEVER_MILLISECONDS);
      return answer instanceof Response ? answer.clone() : Response.json(answer);
    },
  );
  const url = `http://127.0.0.1:${server.addr.port}`;
  try {
    await test({ ...await connectTo(url), commands, lastHeaders: () => headers });
  } finally {
    over.resolve();
    await server.shutdown();
  }
}

/** Kese's connection to a port where nothing listens, or something that is not Redis. */
export async function withoutUpstash(
  test: (upstash: ScriptedUpstash) => Promise<void>,
  port: number = unusedPort(),
): Promise<void> {
  const connected = await connectTo(`http://127.0.0.1:${port}`);
  await test({ ...connected, commands: [], lastHeaders: () => undefined });
}

function unusedPort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function connectTo(url: string) {
  const clock = createTestClock();
  const { log, lines } = createTestLog({ clock });
  const redis = await openRedis({ url, token: "token-of-the-tests", clock, log });
  return { redis, clock, log, lines };
}

/** A Redis in a map: it knows the commands of Kese's cache. */
export function createMapRedis(): { readonly values: Map<string, string>; script: UpstashScript } {
  const values = new Map<string, string>();
  return {
    values,
    script: ([name, ...args]) => {
      const [first = ""] = args;
      if (name === "get") return { result: values.get(first) ?? null };
      if (name === "del") return { result: Number(values.delete(first)) };
      // The script that puts unless older; tests on Redis itself show that it does.
      const [_script, _count, key = "", seq, snapshot = ""] = args;
      const stored = Number.parseInt(values.get(key) ?? "0");
      if (stored <= Number(seq)) values.set(key, snapshot);
      return { result: 1 };
    },
  };
}
