import { type Account, type AccountId, accountKey, findCard, type Instant } from "../account.ts";
import { VAULT_ORPHAN_AFTER_MILLISECONDS } from "../limits.ts";
import type { Accounts } from "../ports/accounts.ts";
import { StoreUnavailableError } from "../ports/errors.ts";
import type { VaultRecord, VaultStore } from "../ports/card_vault.ts";
import { forgetCards, type ForgettingPorts } from "./card_forgetting.ts";
import { readPages } from "./pages.ts";

const PAGE = 500;

export interface OrphanPorts extends ForgettingPorts {
  readonly accounts: Pick<Accounts, "read">;
  readonly vaultStore: VaultStore;
}

/**
 * Removes cards from the vault that no account names an hour after they were kept: those that were left behind
 * when saving or removing a card was refused, failed or crashed. Returns how many there were.
 */
export async function removeVaultOrphans(
  ports: OrphanPorts,
  now: Instant,
): Promise<number> {
  const createdBefore = now - VAULT_ORPHAN_AFTER_MILLISECONDS;
  let removed = 0;
  for await (const page of listVaultPages(ports.vaultStore, createdBefore)) {
    const cardIdsByAccount = Map.groupBy(page, ({ account }) => accountKey(account));
    for (const records of cardIdsByAccount.values()) {
      removed += await removeUnnamed(ports, records);
    }
  }
  return removed;
}

/** Every older record, page by page. */
export function listVaultPages(
  vault: Pick<VaultStore, "list">,
  createdBefore: Instant,
): AsyncIterable<readonly VaultRecord[]> {
  return readPages((after?: VaultRecord) =>
    vault.list({ createdBefore, limit: PAGE, ...(after && { after }) })
  );
}

async function removeUnnamed(
  ports: OrphanPorts,
  records: readonly { readonly account: AccountId; readonly cardId: string }[],
): Promise<number> {
  const [first] = records;
  if (first === undefined) return 0;
  const account = await readIfPossible(ports.accounts, first.account);
  // If the account cannot be read, its card numbers stay; reconciling reports it.
  if (account === "unreadable") return 0;
  const orphans = records.map(({ cardId }) => cardId).filter((cardId) => !hasCard(account, cardId));
  return await forgetCards(ports, first.account, orphans);
}

async function readIfPossible(
  accounts: Pick<Accounts, "read">,
  id: AccountId,
): Promise<Account | "unreadable" | undefined> {
  try {
    return await accounts.read(id);
  } catch (error) {
    if (error instanceof StoreUnavailableError) throw error;
    return "unreadable";
  }
}

function hasCard(account: Account | undefined, cardId: string): boolean {
  return account !== undefined && findCard(account, cardId) !== undefined;
}
