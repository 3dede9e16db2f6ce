import { eraseFacts, holdsFingerprints } from "./erasing.ts";
import type { EntryType, JournalEntry } from "./journal.ts";
import { FREE_TEXT_NAMES } from "./entry_traits.ts";

/** Hashes a text, so that nobody can find another text with the same result. */
export type Digest = (text: string) => string;

/** Stands for the hash before an account's first entry. */
export const CHAIN_START = "";

/** An entry as its hash sees it. */
export interface Link extends
  Pick<
    JournalEntry,
    "id" | "seq" | "at" | "amountKurus" | "deltaKurus" | "balanceAfterKurus"
  > {
  readonly account: string;
  /** The hash of the account's entry before this one. */
  readonly previous: string;
  readonly type: EntryType;
  /** Everything else that the entry holds, as JSON, in the order in which it is stored. */
  readonly facts: string;
}

/**
 * The hash of an entry. It covers the hash of the entry before, so no past entry can be changed, left
 * out or moved without changing every hash after it, even where all amounts still agree.
 */
export function linkHash(link: Link, digest: Digest): string {
  const { account, previous, seq, id, type, at, amountKurus, deltaKurus, balanceAfterKurus } = link;
  const facts = withoutErasable(link, digest);
  return digest(
    `${previous}\n${account}\n${seq}\n${id}\n${type}\n${at}\n${amountKurus}\n${deltaKurus}\n${balanceAfterKurus}\n${facts}`,
  );
}

/** {@linkcode linkHash} of an entry that is not stored as columns and JSON. */
export function entryHash(
  entry: JournalEntry,
  { account, previous, digest }: {
    readonly account: string;
    readonly previous: string;
    readonly digest: Digest;
  },
): string {
  const { id, seq, type, at, amountKurus, deltaKurus, balanceAfterKurus, ...others } = entry;
  const amounts = { amountKurus, deltaKurus, balanceAfterKurus };
  const facts = JSON.stringify(others);
  return linkHash({ account, previous, seq, id, type, at, ...amounts, facts }, digest);
}

/** No text can contain one of these, because JSON escapes its quotes; a nested member can. */
const ERASABLE_MEMBERS = [...FREE_TEXT_NAMES, "alias"].map((name) => `"${name}":`);

/**
 * The facts with `{erased: digest}` in the place of each free text, fingerprint and name of a card. Erasing them in a
 * store leaves exactly that, so the chain stays valid.
 */
function withoutErasable({ type, facts }: Link, digest: Digest): string {
  const holdsSome = holdsFingerprints(type) ||
    ERASABLE_MEMBERS.some((member) => facts.includes(member));
  if (!holdsSome) return facts;
  return JSON.stringify(eraseFacts(JSON.parse(facts), { digest, texts: FREE_TEXT_NAMES }));
}
