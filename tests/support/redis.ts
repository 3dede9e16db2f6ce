import type { Log } from "../../domain/ports/log.ts";
import { openRedis, type RedisConnection } from "../../infra/redis/connection.ts";
import { createTestClock } from "./clock.ts";
import { withRedis } from "./services.ts";
import { createTestLog } from "./logs.ts";

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
    const clock = createTestClock();
    const { log, lines } = createTestLog({ clock });
    await test({
      redis: await openRedis({ url, token, clock, log }),
      databaseId: `${prefix}database`,
      log,
    });
    if (lines.length > 0) throw new Error(`Redis failed on the way:\n${lines.join("\n")}`);
  });
}
