import { accountKey, type Instant } from "../account.ts";
import type { CardVault, VaultStore } from "../ports/card_vault.ts";
import { listVaultPages } from "./vault_orphans.ts";

interface VaultProof {
  readonly records: number;
  /** The records that do not open, each with its account. */
  readonly faults: readonly string[];
}

/** The latest possible time, because records whose time is wrong have to open too. */
const ANY_TIME: Instant = 8_640_000_000_000_000;

/**
 * Opens every record, and looks at no number. Each takes a few microseconds, and a sample could miss
 * the one record that was changed.
 */
export async function proveVault({ store, vault }: {
  readonly store: Pick<VaultStore, "list">;
  readonly vault: Pick<CardVault, "fault">;
}): Promise<VaultProof> {
  let records = 0;
  const faults: string[] = [];
  for await (const page of listVaultPages(store, ANY_TIME)) {
    records += page.length;
    for (const record of page) {
      const fault = vault.fault(record);
      if (fault !== undefined) faults.push(`${accountKey(record.account)}: ${fault}`);
    }
  }
  return { records, faults };
}
