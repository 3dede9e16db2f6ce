import type { Account } from "./account.ts";
import { accepted, type Command, type Decision, rejected, UNCHANGED } from "./decision.ts";
import type { AccountErased, EntryType, JournalEntry } from "./journal.ts";
import { FREE_TEXT_NAMES } from "./entry_traits.ts";
import type { RejectionOf } from "./rejection.ts";

/** Marks a closed account as erased, so that nothing personal can be written to it again. */
export function decideErasing(
  account: Account,
  { keepTexts, ...command }: Command & { readonly keepTexts: boolean },
): Decision<AccountErased, RejectionOf<"account_not_closed">> {
  if (account.status === "erased") return UNCHANGED;
  if (account.status !== "closed") return rejected({ code: "account_not_closed" });
  return accepted<"account_erased">(account, command, {
    type: "account_erased",
    ...(keepTexts && { keepsTexts: true }),
  });
}

interface Digesting {
  readonly digest: (text: string) => string;
}

type Facts = Readonly<Record<string, unknown>>;

/** What of a card is its user's own: the digest of its number, and the name that they gave it. */
const OF_A_CARD = ["fingerprint", "alias"] as const;
/** Types whose entries hold fingerprints of cards. */
const OF_CARDS: readonly EntryType[] = ["account_opened", "card_saved"];
/** Types whose `reason` is one of a list. */
const OF_LISTED_REASONS: readonly EntryType[] = ["adjustment", "top_up_failed"];

/** Whether entries of a type hold fingerprints, whatever texts they have. */
export function holdsFingerprints(type: EntryType): boolean {
  return OF_CARDS.includes(type);
}

/**
 * The entry with digests in the place of what has to be erased: fingerprints and names of cards, free
 * texts unless they are kept, and the request's own fingerprint, which is made of all of them. Undefined if
 * there is nothing to erase.
 */
export function eraseEntry(
  entry: JournalEntry,
  { digest, keepTexts }: Digesting & { readonly keepTexts: boolean },
): JournalEntry | undefined {
  const { type } = entry;
  const facts = entry as unknown as Facts;
  const texts = keepTexts ? [] : FREE_TEXT_NAMES.filter((name) => {
    return name !== "reason" || !OF_LISTED_REASONS.includes(type);
  });
  const holdsTexts = texts.some((name) => typeof facts[name] === "string") || namesCard(facts);
  if (!holdsTexts && !holdsFingerprints(type)) return undefined;
  return eraseFacts(facts, { digest, texts }) as unknown as JournalEntry;
}

/** Whether an entry still has something that erasing replaces. */
export function isStillToErase(
  entry: JournalEntry,
  options: Digesting & { readonly keepTexts: boolean },
): boolean {
  const erased = eraseEntry(entry, options);
  return erased !== undefined && JSON.stringify(erased) !== JSON.stringify(entry);
}

/** The same of an entry's facts, in their order. What is erased already stays as it is. */
export function eraseFacts(
  facts: Facts,
  { digest, texts }: Digesting & { readonly texts: readonly string[] },
): Facts {
  const erase = (value: unknown) => typeof value === "string" ? { erased: digest(value) } : value;
  const withoutOwn = (value: unknown) => {
    if (!isFacts(value)) return value;
    const own = OF_A_CARD.filter((name) => name in value);
    return { ...value, ...Object.fromEntries(own.map((name) => [name, erase(value[name])])) };
  };
  return Object.fromEntries(
    Object.entries(facts).map(([name, value]) => {
      if (texts.includes(name)) return [name, erase(value)];
      return [
        name,
        Array.isArray(value) ? value.map(withoutOwn) : withoutOwn(value),
      ];
    }),
  );
}

function namesCard(facts: Facts): boolean {
  return Object.values(facts).flat().some((value) =>
    isFacts(value) && typeof value.alias === "string"
  );
}

function isFacts(value: unknown): value is Facts {
  return typeof value === "object" && value !== null;
}
