import type { Clock } from "../ports/clock.ts";

/** Lets a loop wait for work that somebody tells it of. */
export interface Waking {
  wake(): void;
  /** Waits until somebody has called `wake` since the last wait, and no longer than that. Whether they did. */
  wait(milliseconds: number): Promise<boolean>;
}

export function createWaking(clock: Pick<Clock, "after">): Waking {
  let isWoken = false;
  let end: (() => void) | undefined;
  return {
    wake: () => {
      isWoken = true;
      end?.();
    },
    wait: async (milliseconds) => {
      if (!isWoken) {
        await new Promise<void>((resolve) => {
          const cancel = clock.after(milliseconds, resolve);
          end = () => {
            cancel();
            resolve();
          };
        });
      }
      const wasWoken = isWoken;
      end = undefined;
      isWoken = false;
      return wasWoken;
    },
  };
}
