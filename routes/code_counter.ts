import { type AccountId, accountKey } from "../domain/account.ts";
import { CODE_WINDOW_SECONDS } from "../domain/limits.ts";
import type { AuthStore, ExceededLimit } from "../domain/ports.ts";

/** How many of something are allowed within the window, for one user and from one address. */
export interface CodeLimit {
  readonly policy: string;
  readonly perUser: number;
  readonly perPeer: number;
}

export interface CountedAttempt {
  readonly exceeded?: Omit<ExceededLimit, "key">;
  /** For an attempt that was right and must not count. */
  takeBack(): Promise<void>;
}

export interface CodeAttempt {
  readonly account: AccountId;
  /** Left out for a fleet's server, whose one address speaks for all its users. */
  readonly peer?: string | undefined;
  readonly now: number;
}

/** Counts wrong and sent codes in the store itself, so that every instance knows of every attempt. */
export interface CodeCounter {
  count(
    limit: CodeLimit,
    attempt: CodeAttempt,
  ): Promise<CountedAttempt>;
}

export function createCodeCounter(auth: Pick<AuthStore, "count">): CodeCounter {
  return {
    count: async ({ policy, perUser, perPeer }, { account, peer, now }) => {
      const keys = [`${policy}:user:${accountKey(account)}`];
      if (peer !== undefined) keys.push(`${policy}:peer:${peer}`);
      const window = { now, seconds: CODE_WINDOW_SECONDS };
      const [byUser = 0, byPeer = 0] = await auth.count(keys, { ...window, by: 1 });
      const takeBack = async (): Promise<void> => {
        await auth.count(keys, { ...window, by: -1 });
      };
      if (byUser <= perUser && byPeer <= perPeer) return { takeBack };
      const limit = byUser > perUser ? perUser : perPeer;
      const windowMilliseconds = CODE_WINDOW_SECONDS * 1_000;
      const retryAfterSeconds = Math.ceil((windowMilliseconds - now % windowMilliseconds) / 1_000);
      return {
        takeBack,
        exceeded: { policy, limit, windowSeconds: CODE_WINDOW_SECONDS, retryAfterSeconds },
      };
    },
  };
}
