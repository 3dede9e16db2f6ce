import type { Log } from "../../domain/ports/log.ts";
import { createLog } from "../../infra/process/log.ts";
import { openRedis, type RedisConnection } from "../../infra/redis/connection.ts";
import { createTestClock } from "./kese.ts";
import { withRedis } from "./services.ts";

export interface ConnectedRedis {
  readonly redis: RedisConnection;
  /** Every key of the test begins with it. */
  readonly databaseId: string;
  readonly log: Log;
}

/** Registers a test on Redis through Kese's own connection; a fault of Redis fails the test. */
export function withRedisConnection(
  name: string,
  test: (connected: ConnectedRedis) => Promise<void>,
): void {
  withRedis(name, async ({ url, token, prefix }) => {
    const lines: string[] = [];
    const clock = createTestClock();
    const log = createLog({ level: "debug", clock, write: (line) => lines.push(line) });
    await test({
      redis: await openRedis({ url, token, clock, log }),
      databaseId: `${prefix}database`,
      log,
    });
    if (lines.length > 0) throw new Error(`Redis failed on the way:\n${lines.join("\n")}`);
  });
}
