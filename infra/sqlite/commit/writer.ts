import type { Eventually } from "../../../domain/ports/eventually.ts";
import type { Call, Outcome, WriteSet } from "./group_commit.ts";
import { toStoreError } from "../unavailable.ts";

/** The one way to write: resolves when what was written is on disk. */
export interface Writer<Writes extends WriteSet<Writes>> {
  write<Name extends keyof Writes & string>(
    name: Name,
    ...args: Parameters<Writes[Name]>
  ): Promise<ReturnType<Writes[Name]>>;
  /** Commits what waits. Nothing can be written afterwards. */
  close(): Promise<void>;
}

/** Commits batches, in this thread or in another. */
export interface Committer {
  commit(calls: readonly Call[]): Eventually<readonly Outcome[]>;
  /** Empties the log of the file; false while something keeps it from that. */
  emptyLog(): Eventually<boolean>;
  close(): Eventually<void>;
}

type BatchCommitter = Omit<Committer, "emptyLog">;

/** A call that waits for the next batch. */
interface Waiting {
  readonly call: Call;
  readonly resolve: (result: never) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Calls in a full batch. A full batch is sent while another is in progress, so that the committer never
 * waits for work. Fewer calls wait for more, because a transaction with its sync costs as much as ten.
 */
export const CALLS_OF_A_BATCH = 24;
/** Batches that the committer has at one time. */
const BATCHES_AT_ONCE = 2;

/** Creates a writer that gathers the calls of one moment into a batch, which shares one sync. */
export function createWriter<Writes extends WriteSet<Writes>>(
  committer: BatchCommitter,
): Writer<Writes> {
  return new GatheringWriter(committer);
}

class GatheringWriter<Writes extends WriteSet<Writes>> implements Writer<Writes> {
  readonly #committer: BatchCommitter;
  readonly #underway = new Set<Promise<void>>();
  #waiting: Waiting[] = [];
  #isGathering = false;
  #isClosed = false;

  constructor(committer: BatchCommitter) {
    this.#committer = committer;
  }

  write<Name extends keyof Writes & string>(
    name: Name,
    ...args: Parameters<Writes[Name]>
  ): Promise<ReturnType<Writes[Name]>> {
    if (this.#isClosed) return Promise.reject(new Error("Cannot write: the store is closed"));
    return new Promise((resolve, reject) => {
      this.#waiting.push({ call: [name, ...args], resolve, reject });
      this.#sendOrGather();
    });
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    this.#sendAll();
    await Promise.all(this.#underway);
    await this.#committer.close();
  }

  /** Sends a full batch at once, and a smaller one when nothing is in progress. */
  #sendOrGather(): void {
    const { length } = this.#waiting;
    if (length >= CALLS_OF_A_BATCH && this.#underway.size < BATCHES_AT_ONCE) return this.#sendAll();
    if (length === 0 || this.#underway.size > 0 || this.#isGathering) return;
    this.#isGathering = true;
    setImmediate(() => this.#endTurn());
  }

  /** Requests that arrived together reach the writer in one turn of the event loop. */
  #endTurn(): void {
    this.#isGathering = false;
    // A full batch may have been sent since; what is left waits for its end.
    if (this.#underway.size === 0) this.#sendAll();
  }

  #sendAll(): void {
    if (this.#waiting.length === 0) return;
    const batch = this.#waiting;
    this.#waiting = [];
    const sent = this.#send(batch).then(() => {
      this.#underway.delete(sent);
      this.#sendOrGather();
    });
    this.#underway.add(sent);
  }

  async #send(batch: readonly Waiting[]): Promise<void> {
    try {
      const outcomes = this.#committer.commit(batch.map(({ call }) => call));
      settle(batch, outcomes instanceof Promise ? await outcomes : outcomes);
    } catch (error) {
      for (const { reject } of batch) reject(error);
    }
  }
}

function settle(batch: readonly Waiting[], outcomes: readonly Outcome[]): void {
  batch.forEach(({ resolve, reject }, place) => {
    const outcome = outcomes[place];
    if (outcome === undefined) return reject(new Error("Cannot tell what was written"));
    if ("error" in outcome) reject(toStoreError(outcome.error));
    else resolve(outcome.result as never);
  });
}
