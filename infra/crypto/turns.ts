import { BusyError } from "../../domain/ports/errors.ts";

export interface TurnBounds {
  /** Tasks that run at once. Strangers leave one of these places to known callers. */
  readonly atOnce: number;
  /** Tasks of known callers that may wait. */
  readonly waiting: number;
  readonly strangersWaiting: number;
  readonly waitingPerStranger: number;
}

/** Runs a task when its turn comes; `stranger` is the address of a caller who is not yet known. */
type RunInTurn = <T>(task: () => Promise<T>, stranger?: string) => Promise<T>;

/**
 * Lets some tasks run and others wait; one too many is refused as busy. Known callers and strangers
 * have their own queues and places, so that neither holds up the other. Among strangers, the addresses
 * take turns.
 */
export function createTurns(
  { atOnce, waiting, strangersWaiting, waitingPerStranger }: TurnBounds,
): RunInTurn {
  const strangersAtOnce = Math.max(1, atOnce - 1);
  const known: (() => void)[] = [];
  const strangers = createRoundRobin();
  let running = 0;
  let strangersRunning = 0;

  function startNext(): void {
    while (running < atOnce) {
      const ofStrangers = strangersRunning < strangersAtOnce ? strangers.take() : undefined;
      const start = ofStrangers ?? known.shift();
      if (start === undefined) return;
      running++;
      if (ofStrangers) strangersRunning++;
      start();
    }
  }

  function mayWait(stranger: string | undefined): boolean {
    if (stranger === undefined) return known.length < waiting;
    return strangers.size() < strangersWaiting && strangers.sizeOf(stranger) < waitingPerStranger;
  }

  /** Whether a task would start at once, and so needs no room in a queue. */
  function isFree(stranger: string | undefined): boolean {
    return running < atOnce && (stranger === undefined || strangersRunning < strangersAtOnce);
  }

  return async (task, stranger) => {
    if (!isFree(stranger) && !mayWait(stranger)) throw new BusyError("too many slow hashes wait");
    await new Promise<void>((start) => {
      if (stranger === undefined) known.push(start);
      else strangers.add(stranger, start);
      startNext();
    });
    try {
      return await task();
    } finally {
      running--;
      if (stranger !== undefined) strangersRunning--;
      startNext();
    }
  };
}

/** Creates queues by name, which take turns. */
function createRoundRobin() {
  const queues = new Map<string, (() => void)[]>();
  let size = 0;
  return {
    size: () => size,
    sizeOf: (name: string) => queues.get(name)?.length ?? 0,
    add: (name: string, start: () => void): void => {
      const queue = queues.get(name);
      if (queue) queue.push(start);
      else queues.set(name, [start]);
      size++;
    },
    take: (): (() => void) | undefined => {
      for (const [name, [first, ...others]] of queues) {
        queues.delete(name);
        if (others.length > 0) queues.set(name, others);
        size--;
        return first;
      }
      return undefined;
    },
  };
}
