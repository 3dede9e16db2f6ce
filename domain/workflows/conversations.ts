import { SETTLEMENTS_AT_ONCE, TOP_UP_WAIT_MILLISECONDS } from "../limits.ts";
import type { Clock } from "../ports/clock.ts";

/** Conversations with gateways, one for each id: all who ask about the same take part in one. */
export interface Conversations<State> {
  isUnderway(id: string): boolean;
  /** Whether there is room for it, or it is underway. */
  hasRoom(id: string): boolean;
  /** Takes part in the one that is underway, or begins it. */
  join(id: string, begin: () => Promise<State>): Promise<State>;
  /**
   * Waits a while for how it ends. Undefined if it takes longer, or if too many wait already; then
   * `reportFailure` is told if it fails, because nobody else is.
   */
  wait(
    conversation: Promise<State>,
    reportFailure: (error: unknown) => void,
  ): Promise<State | undefined>;
}

/** A gateway that does not answer must not hold up too many requests: so many wait at most. */
export function createConversations<State>(
  clock: Pick<Clock, "within">,
  waitingMax: number,
): Conversations<State> {
  const underway = new Map<string, Promise<State>>();
  let waiting = 0;
  return {
    isUnderway: (id) => underway.has(id),
    hasRoom: (id) => underway.size < SETTLEMENTS_AT_ONCE || underway.has(id),
    join: (id, begin) => {
      const joined = underway.get(id);
      if (joined) return joined;
      const begun = begin().finally(() => underway.delete(id));
      underway.set(id, begun);
      return begun;
    },
    wait: async (conversation, reportFailure) => {
      if (waiting >= waitingMax) {
        conversation.catch(reportFailure);
        return undefined;
      }
      waiting++;
      try {
        return await clock.within(conversation, TOP_UP_WAIT_MILLISECONDS);
      } finally {
        waiting--;
      }
    },
  };
}
