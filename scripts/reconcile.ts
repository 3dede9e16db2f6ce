import { type Account, type AccountId, accountKey } from "../domain/account.ts";
import type { JournalEntry } from "../domain/journal.ts";
import { PAGE_SCAN_MAX } from "../domain/limits.ts";
import {
  type AccountStore,
  type Journal,
  type JournalPage,
  StoreUnavailableError,
} from "../domain/ports.ts";
import { proveAccount } from "../domain/reconciliation.ts";
import type { SweepCounts } from "../domain/top_up_settlement.ts";
import { removeVaultOrphans } from "../domain/vault_orphans.ts";
import { proveVault } from "../domain/vault_proof.ts";
import type { Store } from "../infra/store.ts";
import { environmentOrExit, type Kese, openForTask, variablesForTask } from "../main.ts";

const ACCOUNTS_PER_PAGE = 500;

/** What reconciling came to. */
export interface Report {
  readonly accounts: number;
  readonly entries: number;
  /** What does not add up, each with its account. */
  readonly faults: readonly string[];
  readonly topUps: SweepCounts;
  readonly vaultOrphans: number;
  /** Sealed card numbers that were opened. */
  readonly vaultRecords: number;
}

/**
 * Brings open top-ups to their end, removes card numbers that nobody names, and holds every account
 * against its journal. Every sealed card number has to open. Safe while Kese runs: each account is proved as it was at one moment.
 */
export async function reconcile({ store, dependencies }: Kese): Promise<Report> {
  const { accounts, clock, settlement } = dependencies;
  const topUps = await settlement.sweep();
  const vaultOrphans = await removeVaultOrphans({ accounts, vault: store.vault }, clock.now());
  const sealed = await proveVault({ store: store.vault, vault: dependencies.vault });
  let count = 0;
  let entries = 0;
  const faults = [...sealed.faults];
  for await (const id of everyAccount(store.accounts)) {
    const proof = await prove(store, id);
    count++;
    entries += proof.entries;
    faults.push(...proof.faults.map((fault) => `${accountKey(id)}: ${fault}`));
  }
  return {
    accounts: count,
    entries,
    faults,
    topUps,
    vaultOrphans,
    vaultRecords: sealed.records,
  };
}

interface Proved {
  readonly entries: number;
  readonly faults: readonly string[];
}

async function prove(store: Pick<Store, "accounts" | "journal">, id: AccountId): Promise<Proved> {
  try {
    const account = (await store.accounts.load(id))?.account;
    if (account === undefined) return { entries: 0, faults: ["is listed and cannot be read"] };
    const proof = proveAccount(account);
    for await (const entry of entriesOf(store.journal, account)) proof.add(entry);
    return { entries: account.seq, faults: proof.faults() };
  } catch (error) {
    // One account that cannot be followed is a fault of its own; the others are proved all the same.
    if (error instanceof StoreUnavailableError) throw error;
    return { entries: 0, faults: [error instanceof Error ? error.message : String(error)] };
  }
}

/** The entries of an account as it was read, newest first; those written since do not count. */
async function* entriesOf(journal: Journal, { id, seq }: Account): AsyncGenerator<JournalEntry> {
  let beforeSeq: number | undefined = seq + 1;
  while (beforeSeq !== undefined) {
    const page: JournalPage = await journal.list(id, { limit: PAGE_SCAN_MAX, beforeSeq });
    yield* page.entries;
    beforeSeq = page.nextBeforeSeq;
  }
}

async function* everyAccount(store: Pick<AccountStore, "list">): AsyncGenerator<AccountId> {
  let page = await store.list({ limit: ACCOUNTS_PER_PAGE });
  for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
    yield* page;
    page = await store.list({ limit: ACCOUNTS_PER_PAGE, after: last });
  }
}

function print({ accounts, entries, faults, topUps, vaultOrphans, vaultRecords }: Report): void {
  console.log(
    `Top-ups: ${topUps.credited} credited, ${topUps.failed} failed, ${topUps.pending} still pending`,
  );
  console.log(`Vault: ${vaultOrphans} orphaned records removed, ${vaultRecords} opened`);
  console.log(`Journal: ${entries} entries of ${accounts} accounts held against their balances`);
  for (const fault of faults) console.error(`  ${fault}`);
  console.log(
    faults.length === 0 ? "Everything adds up." : `${faults.length} faults: it does not add up.`,
  );
}

async function main(): Promise<void> {
  const kese = await openForTask(environmentOrExit(await variablesForTask()));
  try {
    const report = await reconcile(kese);
    print(report);
    Deno.exitCode = report.faults.length === 0 ? 0 : 1;
  } finally {
    await kese.close();
  }
}

if (import.meta.main) await main();
