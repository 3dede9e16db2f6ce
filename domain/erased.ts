/** What is left of a text that was erased: its digest, by which the chain of entries still proves it. */
export interface Erased {
  readonly erased: string;
}

/** A text of an entry, or what is left of it once it was erased. */
export type ErasableText = string | Erased;

/** The text, if it is still there. */
export function textOf(text: ErasableText | undefined): string | undefined {
  return typeof text === "string" ? text : undefined;
}
