import type { Instant } from "../account.ts";
import { INQUIRY_GAPS_MILLISECONDS, SETTLEMENTS_AT_ONCE } from "../limits.ts";

/**
 * When a gateway is asked again about a top-up without an outcome: at once, then after growing pauses.
 * It is what this process remembers of the newest ones; a forgotten one may be asked about at once.
 */
export interface InquiryPlan {
  isDue(topUpId: string, now: Instant): boolean;
  asked(topUpId: string, now: Instant): void;
  /** Counts an answer that the charge never arrived, and gives how many there were. */
  countNotFound(topUpId: string): number;
  forget(topUpId: string): void;
}

interface Asked {
  readonly at: Instant;
  readonly times: number;
  readonly notFound: number;
}

export function createInquiryPlan(): InquiryPlan {
  const plan = new Map<string, Asked>();

  function note(topUpId: string, asked: Asked): void {
    plan.delete(topUpId);
    for (const oldest of plan.keys()) if (plan.size >= SETTLEMENTS_AT_ONCE) plan.delete(oldest);
    plan.set(topUpId, asked);
  }

  return {
    isDue: (topUpId, now) => {
      const asked = plan.get(topUpId);
      if (asked === undefined) return true;
      const place = Math.min(asked.times, INQUIRY_GAPS_MILLISECONDS.length) - 1;
      // A clock that was set back must not stop the asking.
      return Math.abs(now - asked.at) >= (INQUIRY_GAPS_MILLISECONDS[place] ?? 0);
    },
    asked: (topUpId, at) => {
      const { times = 0, notFound = 0 } = plan.get(topUpId) ?? {};
      note(topUpId, { at, times: times + 1, notFound });
    },
    countNotFound: (topUpId) => {
      const { at = 0, times = 0, notFound = 0 } = plan.get(topUpId) ?? {};
      note(topUpId, { at, times, notFound: notFound + 1 });
      return notFound + 1;
    },
    forget: (topUpId) => void plan.delete(topUpId),
  };
}
