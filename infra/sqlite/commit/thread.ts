import type { ThreadAnswer, ThreadMessage } from "./worker.ts";
import type { Outcome } from "./group_commit.ts";
import type { Committer } from "./writer.ts";

/**
 * Commits in a thread of its own: no request waits for the sync of others' payments, and SQLite
 * works while this thread reads the next requests. It starts when it is needed first. Should it
 * break down, so does the process, for nobody can tell what of the last batch is on disk.
 *
 * @param files What {@linkcode filesAtPath} says of the files that are read: those that are written are
 * the same.
 */
export function createCommitThread(path: string, files?: string): Committer {
  let started: Worker | undefined;
  const asked: ((answer: ThreadAnswer) => void)[] = [];

  function start(): Worker {
    const url = new URL("./worker.ts", import.meta.url).href;
    const worker = new Worker(url, { type: "module", name: "sqlite" });
    // It answers in the order in which it was asked.
    worker.onmessage = ({ data }: MessageEvent<ThreadAnswer>) => asked.shift()?.(data);
    tell(worker, { ask: "open", path, files });
    return worker;
  }

  function ask(worker: Worker, message: ThreadMessage): Promise<ThreadAnswer> {
    return new Promise((resolve) => {
      asked.push(resolve);
      tell(worker, message);
    });
  }

  return {
    commit: async (calls) => fromAnswer(await ask(started ??= start(), { ask: "commit", calls })),
    close: async () => {
      if (started === undefined) return;
      await ask(started, { ask: "close" });
      started.terminate();
    },
  };
}

function fromAnswer({ results, errors }: ThreadAnswer): readonly Outcome[] {
  return results.map((result, place) => {
    return errors.has(place) ? { error: errors.get(place) } : { result };
  });
}

function tell(worker: Worker, message: ThreadMessage): void {
  worker.postMessage(message);
}
