import type { Language } from "../../domain/idempotency.ts";
import type { JournalEntry } from "../../domain/journal.ts";

/** What a repeated answer takes over from the first, so that its bytes are the same. */
export interface FirstAnswer {
  readonly language: Language;
  readonly requestId: string;
}

/** Marks an answer that an earlier request had; it is given in the language of the first. */
export function markReplayed(
  { outcome, entry }: { readonly outcome: "accepted" | "replayed"; readonly entry: JournalEntry },
): { replayed?: FirstAnswer } {
  const { idempotency, requestId } = entry;
  if (outcome === "accepted" || idempotency === undefined) return {};
  return { replayed: { language: idempotency.language, requestId } };
}
