/**
 * Serves Upstash's REST protocol in front of a plain Redis, so that tests use the real client.
 * https://upstash.com/docs/redis/features/restapi
 *
 * @module
 */

import { type RedisConnection, RedisError, type Reply } from "./resp.ts";

interface UpstashBridge {
  readonly url: string;
  /** Resolves when the signal has ended it. */
  readonly finished: Promise<void>;
}

interface UpstashBridgeOptions {
  readonly redis: RedisConnection;
  readonly token: string;
  readonly signal: AbortSignal;
}

/** Commands that would change or block the one connection that all requests share. */
const UNAVAILABLE = new Set([
  ..."MULTI EXEC DISCARD WATCH UNWATCH SELECT AUTH HELLO RESET QUIT CLIENT".split(" "),
  ..."SUBSCRIBE PSUBSCRIBE SSUBSCRIBE MONITOR BLPOP BRPOP BLMOVE WAIT SHUTDOWN".split(" "),
]);

type Command = readonly string[];

/** A request that is answered with `{error}` and this status. */
class Refusal extends Error {
  constructor(readonly status: number, message: string) {
    super(message);
  }
}

/** Serves Redis on a free port of the loopback address. */
export function startUpstashBridge(options: UpstashBridgeOptions): UpstashBridge {
  const { redis, token, signal } = options;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal, onListen: () => {} },
    async (request) => {
      try {
        if (request.headers.get("authorization") !== `Bearer ${token}`) {
          throw new Refusal(401, "WRONGPASS invalid or missing auth token");
        }
        const encoded = request.headers.get("upstash-encoding") === "base64";
        return Response.json(await run(redis, request, encoded));
      } catch (error) {
        const status = error instanceof Refusal ? error.status : 500;
        return Response.json(toError(error), { status });
      }
    },
  );
  return { url: `http://127.0.0.1:${server.addr.port}`, finished: server.finished };
}

async function run(redis: RedisConnection, request: Request, encoded: boolean): Promise<unknown> {
  const { pathname } = new URL(request.url);
  if (request.method !== "POST") throw new Refusal(405, "ERR only POST is served");
  const body: unknown = await request.json().catch(() => {
    throw new Refusal(400, "ERR failed to parse command");
  });
  switch (pathname) {
    case "/": {
      const [reply = null] = await redis.send([toCommand(body)]);
      if (reply instanceof RedisError) throw new Refusal(400, reply.message);
      return { result: toResult(reply, encoded) };
    }
    case "/pipeline": {
      const replies = await redis.send(toCommands(body));
      return replies.map((reply) => toAnswer(reply, encoded));
    }
    case "/multi-exec": {
      const replies = await redis.send([["MULTI"], ...toCommands(body), ["EXEC"]]);
      const executed = replies.at(-1);
      // Redis refuses a whole transaction if it could not queue one of its commands.
      if (executed instanceof RedisError) throw new Refusal(400, executed.message);
      if (!Array.isArray(executed)) throw new Error("Cannot read the reply to EXEC");
      return executed.map((reply: Reply) => toAnswer(reply, encoded));
    }
    default:
      throw new Refusal(404, `ERR no such path: ${pathname}`);
  }
}

function toCommands(body: unknown): Command[] {
  if (!Array.isArray(body)) throw new Refusal(400, "ERR a list of commands is expected");
  return body.map(toCommand);
}

function toCommand(body: unknown): Command {
  const words: string[] = Array.isArray(body)
    ? body.map((word) => typeof word === "string" ? word : JSON.stringify(word))
    : [];
  const [name] = words;
  if (name === undefined) throw new Refusal(400, "ERR a command is a list that is not empty");
  if (UNAVAILABLE.has(name.toUpperCase())) {
    throw new Refusal(400, `ERR Command is not available: '${name}'`);
  }
  return words;
}

function toAnswer(reply: Reply, encoded: boolean): { result: unknown } | { error: string } {
  return reply instanceof RedisError ? toError(reply) : { result: toResult(reply, encoded) };
}

function toError(error: unknown): { error: string } {
  return { error: error instanceof Error ? error.message : String(error) };
}

/** The client takes a single OK as it is and decodes every other text, including an OK in a list. */
function toResult(reply: Reply, encoded: boolean): unknown {
  return isText(reply, "OK") ? "OK" : toJson(reply, encoded);
}

function toJson(reply: Reply, encoded: boolean): unknown {
  if (reply instanceof Uint8Array) {
    return encoded ? reply.toBase64() : new TextDecoder().decode(reply);
  }
  if (reply instanceof RedisError) return reply.message;
  return Array.isArray(reply) ? reply.map((item) => toJson(item, encoded)) : reply;
}

function isText(reply: Reply, text: string): boolean {
  return reply instanceof Uint8Array && new TextDecoder().decode(reply) === text;
}
