import { type Account, type AccountId, accountKey } from "./account.ts";
import { heldKurus } from "./available.ts";
import { movesCardRefund } from "./credited_top_up.ts";
import { closingEntryId } from "./derived_ids.ts";
import { CHAIN_START, type Digest, entryHash } from "./entry_chain.ts";
import { evolve, unopened } from "./evolve.ts";
import { grantedAgainKurus } from "./granted.ts";
import { deltaOf, type EntryOf, type JournalEntry } from "./journal.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "./limits.ts";
import { add, formatAmount, type Kurus, NO_MONEY } from "./money.ts";

/** An entry as a store keeps it. */
export interface StoredEntry {
  readonly entry: JournalEntry;
  /** Null as long as the store has not made it. */
  readonly hash: string | null;
  /** What the store finds wrong with its own fields. */
  readonly faults: readonly string[];
}

/** A payment or credited top-up, and what the store finds when it is asked what is refunded of it. */
export interface LookedUp {
  readonly entry: EntryOf<"payment" | "top_up_credited">;
  readonly refundedKurus: Kurus;
}

/** Which look-ups a store keeps in addition to the journal. */
export interface KeptLookUps {
  /** How much of a payment or a top-up is refunded. */
  readonly refunded: boolean;
  /** The keys of an account's newest entries. */
  readonly recentKeys: boolean;
}

/** Replays a journal and checks what else is stored against it. */
export interface AccountProof {
  /** Takes the next entry, oldest first; a refund with what it is of, if `unknownRefunded` asked for it. */
  add(stored: StoredEntry, refunded?: LookedUp): void;
  /** The id of the payment or credit that an entry refunds, if the proof has not been given it yet. */
  unknownRefunded(entry: JournalEntry): string | undefined;
  /** The account that the entries so far make. */
  replayed(): Account;
  /** Where entries do not follow from those before them. */
  entryFaults(): readonly string[];
  /** Where an account differs from what its entries make of it. */
  accountFaults(account: Account): readonly string[];
}

/**
 * Replays the entries of an account from nothing through {@linkcode evolve}. Each must follow from those
 * before it: its number, its amounts, what it refers to, and its hash. No entry is kept, only how much is
 * refunded of each refunded payment and top-up.
 */
export function proveAccount(
  id: AccountId,
  { digest, keeps }: { readonly digest: Digest; readonly keeps: KeptLookUps },
): AccountProof {
  let state = unopened(id);
  let previous: string | null = CHAIN_START;
  let keys = 0;
  const faults: string[] = [];
  const refunded = new Map<string, { readonly of: LookedUp; total: Kurus }>();

  function add(stored: StoredEntry, of?: LookedUp): void {
    const { entry, hash } = stored;
    const name = `entry ${entry.seq} (${entry.type} ${entry.id})`;
    const given = givenBack(entry);
    if (of && given) refunded.set(given.of, { of, total: NO_MONEY });
    const found = [...stored.faults, ...orderFaults(state, entry), ...chainFaults(entry, hash)];
    try {
      found.push(
        ...amountFaults(state, entry),
        ...closingFaults(state, entry),
        ...holdFaults(state, entry),
        ...refundFaults(entry),
        ...grantFaults(state, entry),
        ...cardRefundFaults(state, entry),
      );
      state = evolve(state, entry);
      found.push(...heldFaults(state, entry));
    } catch {
      // Some facts are missing. The entries after it are still checked.
      found.push("cannot be replayed");
      state = { ...state, seq: entry.seq, head: entry.id, balanceKurus: entry.balanceAfterKurus };
    }
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    previous = hash;
    if (entry.idempotency) keys++;
  }

  function* refundFaults(entry: JournalEntry): Generator<string> {
    const given = givenBack(entry);
    if (given === undefined) return;
    const { what, name, saidKurus } = given;
    const known = refunded.get(given.of);
    if (known === undefined || known.of.entry.seq >= entry.seq) {
      return yield `gives back ${name}, and there is no such ${what} before it`;
    }
    known.total = plus(known.total, given.byKurus);
    if (known.total !== saidKurus) {
      yield `says ${shown(saidKurus)} is refunded of ${name}, must be ${shown(known.total)}`;
    }
    if (known.total > known.of.entry.amountKurus) {
      yield `${what} ${name} is refunded beyond its amount`;
    }
  }

  function* chainFaults(entry: JournalEntry, hash: string | null): Generator<string> {
    // Only the newest entries have no hash yet.
    if (hash === null) return;
    if (previous === null) return yield "has a hash, and the entry before has none";
    const made = entryHash(entry, { account: accountKey(id), previous, digest });
    if (made !== hash) yield "its hash is of another entry, or of another one before it";
  }

  return {
    add,
    unknownRefunded: (entry) => {
      const of = givenBack(entry)?.of;
      return of === undefined || refunded.has(of) ? undefined : of;
    },
    replayed: () => state,
    entryFaults: () => {
      const lookUps = keeps.refunded
        ? [...refunded.values()].filter(({ of, total }) => of.refundedKurus !== total)
        : [];
      return [
        ...faults,
        ...lookUps.map(({ of: { entry, refundedKurus }, total }) =>
          `${entry.type === "payment" ? `payment ${entry.id}` : `top-up ${entry.topUpId}`}: ` +
          `the look-up says that ${shown(refundedKurus)} is refunded, must be ${shown(total)}`
        ),
      ];
    },
    accountFaults: (account) => {
      if (state.seq === 0) return ["has no entries"];
      // One fault instead of a thousand differences.
      if (account.seq !== state.seq) {
        return [`the account ends with entry ${account.seq}, its journal with ${state.seq}`];
      }
      const { recentKeys: stored, ...others } = account;
      const { recentKeys: replayed, ...expected } = state;
      return [
        ...differences(others, expected, ""),
        ...(keeps.recentKeys ? keyFaults(stored, replayed, keys) : []),
      ];
    },
  };
}

function* orderFaults(state: Account, entry: JournalEntry): Generator<string> {
  const expected = state.seq + 1;
  if (entry.seq < expected) yield `is there twice`;
  else if (entry.seq > expected) {
    yield expected === entry.seq - 1
      ? `entry ${expected} before it is missing`
      : `entries ${expected} to ${entry.seq - 1} before it are missing`;
  }
  if ((entry.type === "account_opened") !== (entry.seq === 1)) {
    yield "an account is opened by its first entry and by no other";
  }
}

function* amountFaults(state: Account, entry: JournalEntry): Generator<string> {
  const { amountKurus, deltaKurus, balanceAfterKurus } = entry;
  const delta = deltaOf(entry);
  if (!isAmount(amountKurus)) yield `its amount is ${amountKurus}`;
  if (deltaKurus !== delta) yield `its delta is ${shown(deltaKurus)}, must be ${shown(delta)}`;
  const balance = plus(state.balanceKurus, deltaKurus);
  if (balanceAfterKurus !== balance) {
    yield `its balance after is ${shown(balanceAfterKurus)}, must be ${shown(balance)}`;
  }
}

/** The entry that closes a top-up must be of an open one, with its amount and its card. */
function* closingFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "top_up_credited" && entry.type !== "top_up_failed") return;
  const open = state.openTopUps.find(({ topUpId }) => topUpId === entry.topUpId);
  if (open === undefined) return yield `closes ${entry.topUpId}, which is not open`;
  if (open.amountKurus !== entry.amountKurus) {
    yield `is of ${shown(entry.amountKurus)}, its top-up of ${shown(open.amountKurus)}`;
  }
  if (open.cardId !== entry.card.cardId) {
    yield `is from ${entry.card.cardId}, its top-up from ${open.cardId}`;
  }
}

/** What an entry says is refunded of a payment or of a top-up. */
interface GivenBack {
  readonly what: "payment" | "top-up";
  readonly name: string;
  /** The id of the entry that it is of: the payment, or the credit of the top-up. */
  readonly of: string;
  readonly byKurus: Kurus;
  readonly saidKurus: Kurus;
}

function givenBack(entry: JournalEntry): GivenBack | undefined {
  if (entry.type === "refund") {
    const { paymentId, amountKurus: byKurus, refundedKurus: saidKurus } = entry;
    return { what: "payment", name: paymentId, of: paymentId, byKurus, saidKurus };
  }
  if (!movesCardRefund(entry)) return undefined;
  const { amountKurus, refundedKurus: saidKurus } = entry;
  const byKurus = entry.type === "card_refund_started" ? amountKurus : -amountKurus as Kurus;
  // What was changed behind Kese's back may be no top-up's id at all.
  const topUpId = String(entry.topUpId);
  const of = topUpId.startsWith("top_") ? closingEntryId(topUpId) : topUpId;
  return { what: "top-up", name: topUpId, of, byKurus, saidKurus };
}

/** A refund brings back of what was granted what the account before it tells. */
function* grantFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "refund") return;
  const { grantedKurus = NO_MONEY } = entry;
  const right = grantedAgainKurus(state, entry.amountKurus);
  if (grantedKurus !== right) {
    yield `says that ${shown(grantedKurus)} of it is granted again, must be ${shown(right)}`;
  }
}

/** What ends a card refund ends an open one, for its amount and of its top-up. */
function* cardRefundFaults(state: Account, entry: JournalEntry): Generator<string> {
  if (entry.type !== "card_refund_completed" && entry.type !== "card_refund_failed") return;
  const open = state.openCardRefunds.find((one) => one.cardRefundId === entry.cardRefundId);
  if (open === undefined) return yield `ends ${entry.cardRefundId}, which is not open`;
  if (open.amountKurus !== entry.amountKurus) {
    yield `is of ${shown(entry.amountKurus)}, its card refund of ${shown(open.amountKurus)}`;
  }
  if (open.topUpId !== entry.topUpId) {
    yield `is of ${entry.topUpId}, its card refund of ${open.topUpId}`;
  }
}

/** The entry that ends a hold must be of an open one, with its amount; only a payment may be of another. */
function* holdFaults(state: Account, entry: JournalEntry): Generator<string> {
  const isEnd = entry.type === "hold_released" || entry.type === "hold_expired" ||
    (entry.type === "payment" && entry.holdId !== undefined);
  if (!isEnd) return;
  const open = state.openHolds.find(({ holdId }) => holdId === entry.holdId);
  if (open === undefined) return yield `ends ${entry.holdId}, which is not open`;
  if (entry.type !== "payment" && open.amountKurus !== entry.amountKurus) {
    yield `is of ${shown(entry.amountKurus)}, its hold of ${shown(open.amountKurus)}`;
  }
}

function* heldFaults(after: Account, entry: JournalEntry): Generator<string> {
  const { heldAfterKurus = NO_MONEY } = entry;
  const held = heldKurus(after, entry.at);
  if (heldAfterKurus !== held) {
    yield `says ${shown(heldAfterKurus)} is held after it, must be ${shown(held)}`;
  }
}

function keyFaults(
  stored: Account["recentKeys"],
  replayed: Account["recentKeys"],
  keys: number,
): readonly string[] {
  const least = Math.min(keys, RECENT_KEYS_PER_ACCOUNT);
  const common = Math.max(least, Math.min(stored.hashes.length, replayed.hashes.length));
  const isSame = stored.others === replayed.others && stored.hashes.length >= least &&
    differences(stored.hashes.slice(-common), replayed.hashes.slice(-common), "").length === 0;
  return isSame ? [] : ["recentKeys are not the keys of its newest entries"];
}

/** A person belongs to every account but an erased one. */
export function personFaults({ status }: Account, hasPerson: boolean): readonly string[] {
  if (status === "erased") return hasPerson ? ["is erased, and its person is still there"] : [];
  return hasPerson ? [] : ["has no person"];
}

/** The values that differ between two, by their path. */
export function differences(first: unknown, second: unknown, path: string): readonly string[] {
  if (Object.is(first, second)) return [];
  if (!isObject(first) || !isObject(second)) {
    return [`${path} is ${brief(first)}, must be ${brief(second)}`];
  }
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].flatMap((name) =>
    differences(first[name], second[name], path === "" ? name : `${path}.${name}`)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function brief(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 80);
}

function isAmount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}

/** Adds amounts. What was changed behind Kese's back may be no amount at all. */
function plus(first: Kurus, second: Kurus): Kurus {
  return Number.isSafeInteger(first + second) ? add(first, second) : NO_MONEY;
}

function shown(amount: Kurus): string {
  return Number.isSafeInteger(amount) ? formatAmount(amount) : String(amount);
}
