import type { ThreadAnswer, ThreadMessage } from "./worker.ts";
import type { Outcome } from "./group_commit.ts";
import type { Committer } from "./writer.ts";

/**
 * Commits in a thread of its own: this thread reads the next requests while SQLite works and waits for
 * the disk. It starts with the first commit. If it crashes, so does the process, because nobody can tell
 * how much of the last batch is on disk.
 *
 * @param files What {@linkcode filesAtPath} says of the files that are read. The thread refuses to write
 * to any others.
 */
export function createCommitThread(path: string, files?: string): Committer {
  let started: Worker | undefined;
  const asked: ((answer: ThreadAnswer) => void)[] = [];

  function start(): Worker {
    const url = new URL("./worker.ts", import.meta.url).href;
    const worker = new Worker(url, { type: "module", name: "sqlite" });
    // It answers in the order of the messages.
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
    emptyLog: async () => {
      const { results: [isEmpty] } = await ask(started ??= start(), { ask: "empty_log" });
      return isEmpty === true;
    },
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
