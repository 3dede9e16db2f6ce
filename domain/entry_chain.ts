import type { EntryType, JournalEntry } from "./journal.ts";

/** Makes a short text of a long one that nobody makes of another. */
export type Digest = (text: string) => string;

/** What stands before the first entry of an account. */
export const CHAIN_START = "";

/** An entry as its hash sees it. */
export interface Link extends
  Pick<
    JournalEntry,
    "id" | "seq" | "at" | "amountKurus" | "deltaKurus" | "balanceAfterKurus"
  > {
  readonly account: string;
  /** The hash of the entry before. */
  readonly previous: string;
  readonly type: EntryType;
  /** Everything else that the entry holds: {@linkcode factsText}. */
  readonly facts: string;
}

/**
 * The text of an entry whose digest is the entry's hash. It holds the hash of the entry before, so
 * that no past entry can be changed, left out or put elsewhere without changing all that follow,
 * although every sum may still agree.
 */
export function linkText(link: Link): string {
  const { account, previous, seq, id, type, at, amountKurus, deltaKurus, balanceAfterKurus } = link;
  return `${previous}\n${account}\n${seq}\n${id}\n${type}\n${at}\n${amountKurus}\n${deltaKurus}\n${balanceAfterKurus}\n${link.facts}`;
}

/** What clients write as they like. Such a text may have to be erased one day. */
const FREE_TEXTS: readonly string[] = ["orderId", "description", "note", "reason"];

/** Whether facts, written as JSON, hold a text that the chain knows by its digest alone. */
export function mayHoldFreeText(facts: string): boolean {
  return FREE_TEXTS.some((name) => facts.includes(`"${name}":`));
}

/**
 * The facts as JSON in the order in which they are stored, each free text by its digest in place of
 * itself: `{erased: digest}`. A text that is erased in a store leaves just that behind, and the chain
 * stays whole.
 */
export function factsText(facts: Readonly<Record<string, unknown>>, digest: Digest): string {
  const members = Object.entries(facts).map(([name, value]) =>
    typeof value === "string" && FREE_TEXTS.includes(name)
      ? [name, { erased: digest(value) }]
      : [name, value]
  );
  return JSON.stringify(Object.fromEntries(members));
}

/** The hash that an entry carries, by the hash of the entry before. */
export function entryHash(
  entry: JournalEntry,
  { account, previous, digest }: {
    readonly account: string;
    readonly previous: string;
    readonly digest: Digest;
  },
): string {
  const { id, seq, type, at, amountKurus, deltaKurus, balanceAfterKurus, ...others } = entry;
  const sums = { amountKurus, deltaKurus, balanceAfterKurus };
  const facts = factsText(others, digest);
  return digest(linkText({ account, previous, seq, id, type, at, ...sums, facts }));
}
