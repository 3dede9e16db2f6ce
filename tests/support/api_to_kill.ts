import { endNow, type Running } from "./process.ts";

/** One of the processes that follow each other. */
export interface Serving {
  readonly url: string;
}

/** main.ts as its clients see it while it is killed and started again and again. */
export interface ApiToKill {
  /** The process that serves; after a client lost one, the next. Rejects when no more will come. */
  serving(lost?: Serving): Promise<Serving>;
  /** Resolves when the process listens; rejects when it ends before. */
  start(running: Running): Promise<string>;
  /** Kills the process, whatever it is doing. */
  kill(): Promise<void>;
  /** There will be no next one. */
  end(): Promise<void>;
}

/** Lends a test an API; none of its processes outlives the test. */
export async function withApiToKill(test: (api: ApiToKill) => Promise<void>): Promise<void> {
  const api = createApiToKill();
  try {
    await test(api);
  } finally {
    await api.end();
  }
}

function createApiToKill(): ApiToKill {
  let running: Running | undefined;
  let current: Serving | undefined;
  let next = Promise.withResolvers<Serving>();
  const waitForNext = (): void => {
    current = undefined;
    next = Promise.withResolvers();
    // Whoever waits for it sees the rejection.
    next.promise.catch(() => {});
  };
  const kill = async (): Promise<void> => {
    if (running !== undefined) await endNow(running);
  };
  return {
    serving: (lost) => {
      if (lost !== undefined && lost === current) waitForNext();
      return next.promise;
    },
    start: async (started) => {
      if (current !== undefined) waitForNext();
      running = started;
      current = { url: await started.url };
      next.resolve(current);
      return current.url;
    },
    kill,
    end: async () => {
      if (current !== undefined) waitForNext();
      next.promise.catch(() => {});
      next.reject(new Error("Cannot send: the test is over"));
      await kill();
    },
  };
}
