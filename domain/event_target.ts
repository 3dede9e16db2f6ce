import type { EntryType } from "./journal.ts";

/** Where a fleet's events are sent. */
export interface EventTarget {
  readonly url: string;
  /** Each signs; two at once while one is being replaced. */
  readonly secrets: readonly string[];
  /** All if left out. */
  readonly types?: ReadonlySet<EntryType>;
}

/** Whether a fleet wants to hear of entries of that type. */
export function wantsEvents({ types }: Pick<EventTarget, "types">, type: EntryType): boolean {
  return types?.has(type) ?? true;
}

/** What a receiver's answer means: `gone` asks for no further event. */
export type Answered = "delivered" | "gone" | "failed";

/** Judges a status; null means no answer. Redirects are not followed. */
export function judgeAnswer(status: number | null): Answered {
  if (status === null) return "failed";
  if (status >= 200 && status < 300) return "delivered";
  return status === 410 ? "gone" : "failed";
}
