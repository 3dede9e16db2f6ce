import type { Redis } from "@upstash/redis";
import type { Instant } from "../../domain/account.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";

/** How long one call to Redis may take; then Kese goes on without it. */
export const REDIS_TIMEOUT_MILLISECONDS = 250;
/** How long a call may take that must not be left out. */
const REDIS_PATIENCE_MILLISECONDS = 5_000;
/** How long Redis is not asked after a failed call, so that not every call waits for the time-out. */
export const REDIS_BACK_OFF_MILLISECONDS = 5_000;

export interface RedisOptions {
  readonly url: string;
  readonly token: string;
  /** How long one call may take; {@linkcode REDIS_TIMEOUT_MILLISECONDS} unless it says otherwise. */
  readonly timeoutMilliseconds?: number;
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
}

/** Redis, which may become unavailable at any time. */
export interface RedisConnection {
  /** Resolves to what `ask` does. Rejects only with {@linkcode RedisUnavailableError}, and soon. */
  run<T>(ask: (client: Redis) => Promise<T>): Promise<T>;
  /** The same for what Kese cannot go on without: waits longer, and asks whatever failed before. */
  runPatiently<T>(ask: (client: Redis) => Promise<T>): Promise<T>;
}

type RedisFault = "backing_off" | "timed_out" | "error_answer" | "unreachable";

/** Redis gave no answer. Says why in one word, because the client's own errors hold the whole command. */
export class RedisUnavailableError extends Error {
  override readonly name = "RedisUnavailableError";

  constructor(readonly fault: RedisFault) {
    super(`Cannot ask Redis: ${fault}`);
  }
}

/** Opens Upstash Redis over HTTP. Loads the client only here, so that it costs nothing without Redis. */
export async function openRedis(options: RedisOptions): Promise<RedisConnection> {
  const { url, token, timeoutMilliseconds = REDIS_TIMEOUT_MILLISECONDS, clock, log } = options;
  const { Redis } = await import("@upstash/redis");
  const connect = (milliseconds: number) =>
    new Redis({
      url,
      token,
      // A command whose answer was lost may have been counted. `retry: false` would still retry once.
      retry: { retries: 0 },
      // A function, because given a signal the client takes an abort for the answer "Aborted".
      signal: () => AbortSignal.timeout(milliseconds),
      // Each command is one request and fails alone; what belongs together is one script.
      enableAutoPipelining: false,
      // Values are ASCII texts and stay as they were written.
      automaticDeserialization: false,
      responseEncoding: false,
      // An older snapshot is safe, so reads need not wait for this client's writes.
      readYourWrites: false,
      enableTelemetry: false,
      latencyLogging: false,
    });
  const client = connect(timeoutMilliseconds);
  const patientClient = connect(REDIS_PATIENCE_MILLISECONDS);
  const breaker = createBreaker(clock);
  return {
    runPatiently: async (ask) => {
      try {
        return await ask(patientClient);
      } catch (error) {
        throw new RedisUnavailableError(toFault(error));
      }
    },
    run: async (ask) => {
      if (!breaker.mayTry()) throw new RedisUnavailableError("backing_off");
      try {
        const answer = await ask(client);
        if (breaker.close()) log.info("redis_available");
        return answer;
      } catch (error) {
        const fault = toFault(error);
        if (breaker.open()) log.warn("redis_unavailable", { fault });
        throw new RedisUnavailableError(fault);
      }
    },
  };
}

interface Breaker {
  /** Whether to ask now; after the back-off, one caller tries for all. */
  mayTry(): boolean;
  /** `open` and `close` return whether they changed anything. */
  open(): boolean;
  close(): boolean;
}

function createBreaker(clock: Pick<Clock, "now">): Breaker {
  let failedAt: Instant | undefined;
  return {
    mayTry: () => {
      if (failedAt === undefined) return true;
      const passed = clock.now() - failedAt;
      // A clock that was set back must not lengthen the back-off.
      if (passed >= 0 && passed < REDIS_BACK_OFF_MILLISECONDS) return false;
      failedAt = clock.now();
      return true;
    },
    open: () => {
      const wasClosed = failedAt === undefined;
      failedAt = clock.now();
      return wasClosed;
    },
    close: () => {
      const wasOpen = failedAt !== undefined;
      failedAt = undefined;
      return wasOpen;
    },
  };
}

function toFault(error: unknown): RedisFault {
  const name = error instanceof Error ? error.name : "";
  if (name === "TimeoutError" || name === "AbortError") return "timed_out";
  return name.startsWith("Upstash") ? "error_answer" : "unreachable";
}
