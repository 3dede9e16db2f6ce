import { type Account, type AccountId, accountKey } from "./account.ts";
import { movesCardRefund } from "./credited_top_up.ts";
import { closingEntryId } from "./derived_ids.ts";
import { CHAIN_START, type Digest, entryHash } from "./entry_chain.ts";
import { createUnopened, evolve } from "./evolve.ts";
import type { EntryOf, JournalEntry } from "./journal.ts";
import { RECENT_KEYS_PER_ACCOUNT } from "./limits.ts";
import { type Kurus, NO_MONEY } from "./money.ts";
import { findDifferences } from "./differences.ts";
import {
  addAny,
  findEntryFaults,
  findHeldFaults,
  findOrderFaults,
  showAny,
} from "./entry_faults.ts";

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
  let state = createUnopened(id);
  let previous: string | null = CHAIN_START;
  let keys = 0;
  const faults: string[] = [];
  const refunded = new Map<string, { readonly of: LookedUp; total: Kurus }>();

  function add(stored: StoredEntry, of?: LookedUp): void {
    const { entry, hash } = stored;
    const name = `entry ${entry.seq} (${entry.type} ${entry.id})`;
    const given = toGivenBack(entry);
    if (of && given) refunded.set(given.of, { of, total: NO_MONEY });
    const found = [
      ...stored.faults,
      ...findOrderFaults(state, entry),
      ...findChainFaults(entry, hash),
    ];
    try {
      found.push(
        ...findEntryFaults(state, entry),
        ...findRefundFaults(entry),
      );
      state = evolve(state, entry);
      found.push(...findHeldFaults(state, entry));
    } catch {
      // Some facts are missing. The entries after it are still checked.
      found.push("cannot be replayed");
      state = { ...state, seq: entry.seq, head: entry.id, balanceKurus: entry.balanceAfterKurus };
    }
    faults.push(...found.map((fault) => `${name}: ${fault}`));
    previous = hash;
    if (entry.idempotency) keys++;
  }

  function* findRefundFaults(entry: JournalEntry): Generator<string> {
    const given = toGivenBack(entry);
    if (given === undefined) return;
    const { what, name, saidKurus } = given;
    const known = refunded.get(given.of);
    if (known === undefined || known.of.entry.seq >= entry.seq) {
      return yield `gives back ${name}, and there is no such ${what} before it`;
    }
    known.total = addAny(known.total, given.byKurus);
    if (known.total !== saidKurus) {
      yield `says ${showAny(saidKurus)} is refunded of ${name}, must be ${showAny(known.total)}`;
    }
    if (known.total > known.of.entry.amountKurus) {
      yield `${what} ${name} is refunded beyond its amount`;
    }
  }

  function* findChainFaults(entry: JournalEntry, hash: string | null): Generator<string> {
    // Only the newest entries have no hash yet.
    if (hash === null) return;
    if (previous === null) return yield "has a hash, and the entry before has none";
    const made = entryHash(entry, { account: accountKey(id), previous, digest });
    if (made !== hash) yield "its hash is of another entry, or of another one before it";
  }

  return {
    add,
    unknownRefunded: (entry) => {
      const of = toGivenBack(entry)?.of;
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
          `the look-up says that ${showAny(refundedKurus)} is refunded, must be ${showAny(total)}`
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
        ...findDifferences(others, expected, ""),
        ...(keeps.recentKeys ? findKeyFaults(stored, replayed, keys) : []),
      ];
    },
  };
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

function toGivenBack(entry: JournalEntry): GivenBack | undefined {
  if (entry.type === "refund") {
    const { paymentId, amountKurus: byKurus, refundedKurus: saidKurus } = entry;
    return { what: "payment", name: paymentId, of: paymentId, byKurus, saidKurus };
  }
  if (!movesCardRefund(entry)) return undefined;
  const { amountKurus, refundedKurus: saidKurus } = entry;
  const byKurus = entry.type === "card_refund_started" ? amountKurus : -amountKurus as Kurus;
  // What something other than Kese changed may be no id of a top-up at all.
  const topUpId = String(entry.topUpId);
  const of = topUpId.startsWith("top_") ? closingEntryId(topUpId) : topUpId;
  return { what: "top-up", name: topUpId, of, byKurus, saidKurus };
}

function findKeyFaults(
  stored: Account["recentKeys"],
  replayed: Account["recentKeys"],
  keys: number,
): readonly string[] {
  const least = Math.min(keys, RECENT_KEYS_PER_ACCOUNT);
  const common = Math.max(least, Math.min(stored.hashes.length, replayed.hashes.length));
  const isSame = stored.others === replayed.others && stored.hashes.length >= least &&
    findDifferences(stored.hashes.slice(-common), replayed.hashes.slice(-common), "").length === 0;
  return isSame ? [] : ["recentKeys are not the keys of its newest entries"];
}

/** A person belongs to every account but an erased one. */
export function findPersonFaults({ status }: Account, hasPerson: boolean): readonly string[] {
  if (status === "erased") return hasPerson ? ["is erased, and its person is still there"] : [];
  return hasPerson ? [] : ["has no person"];
}
