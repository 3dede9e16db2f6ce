import { type Account, accountKey } from "../../domain/account.ts";
import { CHAIN_START, entryHash } from "../../domain/entry_chain.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { type Kurus, NO_MONEY } from "../../domain/money.ts";
import { type LookedUp, proveAccount, type StoredEntry } from "../../domain/reconciliation.ts";
import { chainDigest } from "../../infra/crypto/chain_digest.ts";

/** The entries as a store keeps them, each with its hash. */
export function chained(account: Account, entries: readonly JournalEntry[]): StoredEntry[] {
  let previous = CHAIN_START;
  return entries.map((entry) => {
    const link = { account: accountKey(account.id), previous, digest: chainDigest };
    previous = entryHash(entry, link);
    return { entry, hash: previous, faults: [] };
  });
}

/** What the proof says of an account and its entries, oldest first. */
export function faultsOf(
  account: Account,
  entries: readonly JournalEntry[],
  stored: readonly StoredEntry[] = chained(account, entries),
): readonly string[] {
  const proof = proveAccount(account.id, {
    digest: chainDigest,
    keeps: { refunded: true, recentKeys: true },
  });
  for (const one of stored) {
    const unknown = proof.unknownRefunded(one.entry);
    proof.add(one, unknown === undefined ? undefined : lookUp(entries, unknown));
  }
  return [...proof.entryFaults(), ...proof.accountFaults(account)];
}

/** A payment or credit, and what its refunds add up to. */
function lookUp(entries: readonly JournalEntry[], id: string): LookedUp | undefined {
  const entry = entries.find((one) => one.id === id);
  if (entry?.type === "top_up_credited") {
    const { topUpId } = entry;
    const refunded = entries.reduce((sum, one) => {
      const isMoved = one.type === "card_refund_started" || one.type === "card_refund_failed";
      return isMoved && one.topUpId === topUpId ? sum - one.deltaKurus : sum;
    }, 0);
    return { entry, refundedKurus: refunded as Kurus };
  }
  if (entry?.type !== "payment") return undefined;
  const refundedKurus = entries.reduce(
    (sum, one) => one.type === "refund" && one.paymentId === id ? sum + one.amountKurus : sum,
    0,
  ) as Kurus;
  return { entry, refundedKurus: refundedKurus || NO_MONEY };
}
