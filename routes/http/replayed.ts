import type { JournalEntry } from "../../domain/journal.ts";
import type { FirstAnswer } from "./endpoint.ts";

/** Marks an answer that an earlier request had; it is given in the language of the first. */
export function replayed(
  { outcome, entry }: { readonly outcome: "accepted" | "replayed"; readonly entry: JournalEntry },
): { replayed?: FirstAnswer } {
  const { idempotency, requestId } = entry;
  if (outcome === "accepted" || idempotency === undefined) return {};
  return { replayed: { language: idempotency.language, requestId } };
}
