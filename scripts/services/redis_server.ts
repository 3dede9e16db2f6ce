import { findFreePort } from "./free_port.ts";
import { type RunningServer, startChildServer } from "./child_server.ts";

/** A redis-server that stores nothing on disk. */
interface RedisServer extends RunningServer {
  readonly port: number;
}

/** Starts the machine's redis-server on a free port. */
export async function startRedisServer(signal: AbortSignal): Promise<RedisServer> {
  const port = findFreePort();
  const args = ["--bind", "127.0.0.1", "--port", `${port}`, "--save", "", "--appendonly", "no"];
  const ready = /Ready to accept connections/;
  return { ...await startChildServer({ command: "redis-server", args, ready, signal }), port };
}
