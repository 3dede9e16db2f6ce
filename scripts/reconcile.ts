import { accountKey } from "../domain/account.ts";
import { formatAmount } from "../domain/money.ts";
import { finishErasing } from "../domain/workflows/erasing.ts";
import { type Reconciled, reconcileRecords } from "../domain/workflows/reconciling.ts";
import type { CardRefundCounts } from "../domain/workflows/card_refunds.ts";
import type { SweepCounts } from "../domain/workflows/top_ups.ts";
import { createDayEndProof } from "../domain/workflows/day_end_proof.ts";
import { removeVaultOrphans } from "../domain/workflows/vault_orphans.ts";
import { proveVault } from "../domain/workflows/vault_proof.ts";
import { chainDigest } from "../infra/crypto/chain_digest.ts";
import { type Kese, openForTask, readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";

/** The result of reconciling. */
export interface Report extends Reconciled {
  readonly topUps: SweepCounts;
  readonly cardRefunds: CardRefundCounts;
  readonly vaultOrphans: number;
  /** Erasings that a process had not finished. */
  readonly erasings: number;
  /** Sealed card numbers that were opened. */
  readonly vaultRecords: number;
  /** Ends of days that were worked out again. */
  readonly days: number;
}

/**
 * Settles open top-ups and card refunds, checks everything that is stored against the journal, and finishes
 * what erasing left. If it all adds up, removes card numbers that no account names. Safe while Kese runs.
 *
 * @param options.keepsDays False where clocks jump by days, as only tests' do: no day is final then.
 */
export async function reconcile(
  { store, dependencies, gateways }: Kese,
  { keepsDays = true }: { readonly keepsDays?: boolean } = {},
): Promise<Report> {
  const { accounts, clock, log, settlement, vault } = dependencies;
  const topUps = await settlement.sweep();
  const cardRefunds = await dependencies.cardRefunds.sweep();
  const { records } = store;
  const { timeZone } = dependencies.settings;
  const dayEnds = await createDayEndProof({ store: store.dayEnds, clock, timeZone });
  const reconciled = await reconcileRecords({
    records,
    accounts,
    vault,
    vaultStore: store.vault,
    gateways,
    clock,
    log,
    digest: chainDigest,
    days: dayEnds,
  });
  for (const { account, keepTexts } of reconciled.halfErased) {
    await finishErasing(dependencies, account, { keepTexts });
  }
  // What was damaged must not be kept as the end of a day.
  const mayKeep = keepsDays && reconciled.faults.length === 0;
  const { days, faults: dayFaults } = await dayEnds.prove({ mayKeep });
  const sealed = await proveVault({ store: store.vault, vault });
  const faults = [...reconciled.faults, ...dayFaults, ...sealed.faults];
  // A number that no account names may belong to an account that was lost, which still needs it.
  const vaultOrphans = faults.length > 0 ? 0 : await removeVaultOrphans(
    { accounts, vault, vaultStore: store.vault, gateways, clock, log },
    clock.now(),
  );
  return {
    ...reconciled,
    faults,
    erasings: reconciled.halfErased.length,
    topUps,
    cardRefunds,
    vaultOrphans,
    vaultRecords: sealed.records,
    days,
  };
}

/**
 * Sets accounts that are older than their journal forward to it: each of its entries was committed, and
 * only the account was set back. Returns a sentence for each.
 */
export async function repair(
  { store }: Pick<Kese, "store">,
  { behind }: Pick<Report, "behind">,
  isMeant: boolean,
): Promise<readonly string[]> {
  const { repairs } = store;
  if (repairs === undefined) {
    return behind.map(({ stored }) => `${accountKey(stored.id)}: restore a backup`);
  }
  const said: string[] = [];
  for (const { stored, replayed } of behind) {
    const name = accountKey(stored.id);
    const what = `from entry ${stored.seq} with ${
      formatAmount(stored.balanceKurus)
    } to entry ${replayed.seq} with ${formatAmount(replayed.balanceKurus)}`;
    if (!isMeant) said.push(`${name}: would be set ${what}`);
    else if (await repairs.setForward(replayed, stored.head)) said.push(`${name}: set ${what}`);
    else said.push(`${name}: has changed since it was read, and was left as it is`);
  }
  return said;
}

function print(report: Report): void {
  const { accounts, entries, faults, topUps, unanswered, vaultOrphans, vaultRecords, days } =
    report;
  console.log(
    `Top-ups: ${topUps.credited} credited, ${topUps.failed} failed, ${topUps.pending} still pending, ${topUps.requires_action} wait for their users`,
  );
  const { completed, failed, pending } = report.cardRefunds;
  console.log(
    `Card refunds: ${completed} given back, ${failed} failed, ${pending} still pending`,
  );
  console.log(`Vault: ${vaultOrphans} orphaned records removed, ${vaultRecords} opened`);
  if (report.erasings > 0) console.log(`Erasing: ${report.erasings} finished`);
  console.log(`Journal: ${entries} entries of ${accounts} accounts replayed`);
  console.log(`Day's ends: ${days} worked out again`);
  if (unanswered > 0) {
    console.log(`Card gateway: no answer about ${unanswered} closed top-ups and card refunds`);
  }
  for (const fault of faults) console.error(`  ${fault}`);
  console.log(
    faults.length === 0 ? "Everything adds up." : `${faults.length} faults: it does not add up.`,
  );
}

async function main(): Promise<void> {
  const kese = await openForTask(
    readEnvironmentOrExit(await readVariablesOrExit({ mayMakeStore: false })),
  );
  try {
    const report = await reconcile(kese);
    print(report);
    const isMeant = Deno.args.includes("--yes");
    if (Deno.args.includes("--repair")) {
      for (const line of await repair(kese, report, isMeant)) console.log(`Repair: ${line}`);
      if (!isMeant && report.behind.length > 0) {
        console.log("Repair: nothing is done without --yes");
      }
    } else if (report.behind.length > 0) {
      console.log(
        "deno task reconcile --repair says how accounts behind their journal are mended.",
      );
    }
    Deno.exitCode = report.faults.length === 0 ? 0 : 1;
  } finally {
    await kese.close();
  }
}

if (import.meta.main) await main();
