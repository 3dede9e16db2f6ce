import { type Reconciled, reconcileRecords } from "../domain/reconciling.ts";
import type { SweepCounts } from "../domain/top_up_settlement.ts";
import { removeVaultOrphans } from "../domain/vault_orphans.ts";
import { proveVault } from "../domain/vault_proof.ts";
import { chainDigest } from "../infra/chain_digest.ts";
import { environmentOrExit, type Kese, openForTask, variablesForTask } from "../main.ts";

/** What reconciling came to. */
export interface Report extends Reconciled {
  readonly topUps: SweepCounts;
  readonly vaultOrphans: number;
  /** Sealed card numbers that were opened. */
  readonly vaultRecords: number;
}

/**
 * Brings open top-ups to their end and holds all that is stored against the journal; where all of it
 * adds up, removes card numbers that nobody names. Safe while Kese runs.
 */
export async function reconcile({ store, dependencies, gateway }: Kese): Promise<Report> {
  const { accounts, clock, settlement, vault } = dependencies;
  const topUps = await settlement.sweep();
  const { records } = store;
  const reconciled = await reconcileRecords({
    records,
    accounts,
    vault,
    vaultStore: store.vault,
    gateway,
    digest: chainDigest,
  });
  const sealed = await proveVault({ store: store.vault, vault });
  const faults = [...reconciled.faults, ...sealed.faults];
  // A number that seems to be nobody's may be an account's that was lost, and is then still needed.
  const vaultOrphans = faults.length > 0
    ? 0
    : await removeVaultOrphans({ accounts, vault: store.vault }, clock.now());
  return { ...reconciled, faults, topUps, vaultOrphans, vaultRecords: sealed.records };
}

function print(report: Report): void {
  const { accounts, entries, faults, topUps, unanswered, vaultOrphans, vaultRecords } = report;
  console.log(
    `Top-ups: ${topUps.credited} credited, ${topUps.failed} failed, ${topUps.pending} still pending`,
  );
  console.log(`Vault: ${vaultOrphans} orphaned records removed, ${vaultRecords} opened`);
  console.log(`Journal: ${entries} entries of ${accounts} accounts replayed`);
  if (unanswered > 0) console.log(`Card gateway: no answer about ${unanswered} closed top-ups`);
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
