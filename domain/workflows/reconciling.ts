import { type Account, findCard, fromAccountKey } from "../account.ts";
import type { Digest } from "../entry_chain.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import { type Kurus, NO_MONEY } from "../money.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { VaultStore } from "../ports/card_vault.ts";
import type { StoredAccount, StoreRecords } from "../ports/store_records.ts";
import { isStillToErase } from "../erasing.ts";
import { findPersonFaults, proveAccount } from "../reconciliation.ts";
import type { AccountDays, DayEndProof } from "./day_end_proof.ts";
import { findGatewayFault, type GatewayProofPorts } from "./gateway_proof.ts";
import { findLookUpFaults } from "./look_up_proof.ts";

interface ReconcilingPorts extends GatewayProofPorts {
  readonly records: StoreRecords;
  readonly accounts: Pick<Accounts, "read">;
  readonly vaultStore: Pick<VaultStore, "get">;
  readonly digest: Digest;
  /** Told of every entry. */
  readonly days?: Pick<DayEndProof, "ofAccount">;
}

/** The result of checking a store against its journals. */
export interface Reconciled {
  readonly accounts: number;
  readonly entries: number;
  /** Everything that does not add up, each with its account and, if it concerns one, its entry. */
  readonly faults: readonly string[];
  /** Accounts that are older than their journal. */
  readonly behind: readonly Behind[];
  /** Accounts that are erased but for something personal: a process stopped while it erased them. */
  readonly halfErased: readonly HalfErased[];
  /** Closed top-ups and ended card refunds whose outcome the card gateway did not confirm, because it did not answer. */
  readonly unanswered: number;
}

/** An erased account, and whether its free texts stay. */
interface HalfErased {
  readonly account: Account;
  readonly keepTexts: boolean;
}

/** An account that was set back while its journal was not, and the account that the journal makes. */
interface Behind {
  readonly stored: Account;
  readonly replayed: Account;
}

interface Proved {
  readonly entries: number;
  readonly faults: readonly string[];
  /** Those of them that are charges which nobody owed. */
  readonly unowed: readonly string[];
  readonly unanswered: number;
  readonly behind?: Behind;
  readonly halfErased?: HalfErased;
  readonly days?: AccountDays;
  readonly balanceKurus?: Kurus;
}

/**
 * Checks everything that is stored against the journal. Each account is replayed from nothing and
 * compared as a whole; its look-ups, card numbers and charges are checked too. Only one account is in
 * memory at a time, and never its whole journal.
 */
export async function reconcileRecords(ports: ReconcilingPorts): Promise<Reconciled> {
  const faults: string[] = [];
  const behind: Behind[] = [];
  const halfErased: HalfErased[] = [];
  let [accounts, entries, unanswered] = [0, 0, 0];
  for await (const stored of ports.records.accounts()) {
    const proved = await proveInTwoLooks(ports, stored);
    accounts++;
    entries += proved.entries;
    unanswered += proved.unanswered;
    if (proved.behind) behind.push(proved.behind);
    if (proved.halfErased) halfErased.push(proved.halfErased);
    proved.days?.count(proved.balanceKurus ?? NO_MONEY);
    faults.push(...proved.faults.map((fault) => `${stored.name}: ${fault}`));
  }
  for await (const fault of ports.records.strays()) faults.push(fault);
  return { accounts, entries, faults, behind, halfErased, unanswered };
}

/**
 * Looks twice before it finds fault: what was still on its way at first has then arrived. What the first
 * look gave back is named all the same, although the second one finds it gone.
 */
async function proveInTwoLooks(ports: ReconcilingPorts, stored: StoredAccount): Promise<Proved> {
  const proved = await prove(ports, stored);
  if (proved.faults.length === 0 || stored.account === undefined) return proved;
  const again = await ports.records.again?.(stored.account.id);
  if (again === undefined) return proved;
  const second = await prove(ports, again);
  return { ...second, faults: [...new Set([...proved.unowed, ...second.faults])] };
}

async function prove(ports: ReconcilingPorts, stored: StoredAccount): Promise<Proved> {
  const id = stored.account?.id ?? fromAccountKey(stored.name);
  const { account, keeps } = stored;
  const proof = proveAccount(id, { digest: ports.digest, keeps });
  const days = ports.days?.ofAccount(id.filo);
  const left = account?.status === "erased" ? findLeftBehind(ports.digest) : undefined;
  const gateway: string[] = [];
  const unowed: string[] = [];
  let [entries, unanswered] = [0, 0];
  // Until they end, so never more than an account may have open.
  const started = new Map<string, EntryOf<"card_refund_started">>();
  for await (const one of stored.entries()) {
    const { entry } = one;
    entries++;
    days?.add(entry);
    left?.add(entry);
    const unknown = proof.unknownRefunded(entry);
    proof.add(one, unknown === undefined ? undefined : await stored.refunded(unknown));
    if (entry.type === "card_refund_started") started.set(entry.id, entry);
    const fault = await findGatewayFault(ports, id, { entry, started });
    if (fault === "unanswered") unanswered++;
    else if (fault) {
      const list = fault.isUnowed ? unowed : gateway;
      list.push(`entry ${entry.seq} (${entry.type} ${entry.id}): ${fault.says}`);
    }
  }
  const replayed = proof.replayed();
  const faults = [...stored.faults, ...proof.entryFaults(), ...gateway, ...unowed];
  if (account === undefined) {
    return {
      entries,
      unanswered,
      unowed,
      ...(days && { days }),
      faults: [...faults, ...(entries > 0 ? [describeEnd(replayed)] : [])],
    };
  }
  const isBehind = faults.length === 0 && account.seq < replayed.seq;
  faults.push(...proof.accountFaults(account));
  faults.push(...findLookUpFaults(stored, replayed), ...await findCardFaults(ports, account));
  // Nothing is erased of an account that does not add up: its status may be what is wrong.
  const halfErased = left !== undefined && faults.length === 0 && (stored.hasPerson || left.has())
    ? { account, keepTexts: left.keepTexts() }
    : undefined;
  if (!halfErased) faults.push(...findPersonFaults(account, stored.hasPerson));
  return {
    entries,
    unanswered,
    unowed,
    faults,
    ...(days && { days }),
    balanceKurus: account.balanceKurus,
    ...(isBehind && { behind: { stored: account, replayed } }),
    ...(halfErased && { halfErased }),
  };
}

/** Finds what erasing has left in entries: whether texts stay is in the entry that erased the account. */
function findLeftBehind(digest: Digest) {
  let keepTexts = false;
  let [hasTexts, hasOther] = [false, false];
  return {
    add(entry: JournalEntry): void {
      if (entry.type === "account_erased") keepTexts = entry.keepsTexts === true;
      hasOther ||= isStillToErase(entry, { digest, keepTexts: true });
      hasTexts ||= isStillToErase(entry, { digest, keepTexts: false });
    },
    has: () => hasOther || (hasTexts && !keepTexts),
    keepTexts: () => keepTexts,
  };
}

function describeEnd({ seq, head }: Account): string {
  return `its entries end with ${seq} (${head})`;
}

/** Every card must be in the vault, and must be the card that the account shows. */
async function findCardFaults(
  { accounts, vault, vaultStore }: ReconcilingPorts,
  { id, cards }: Account,
): Promise<readonly string[]> {
  const faults: string[] = [];
  for (const { cardId, fingerprint } of cards) {
    if (await vaultStore.get(id, cardId) === undefined) {
      // It may have been removed since this account was read.
      const now = await accounts.read(id).catch(() => undefined);
      if (now && findCard(now, cardId) === undefined) continue;
      faults.push(`card ${cardId}: it is not in the vault`);
      continue;
    }
    // Records that do not open are reported by proveVault().
    const kept = await vault.open(id, cardId).catch(() => undefined);
    if (kept === undefined || kept.fingerprint === fingerprint) continue;
    faults.push(`card ${cardId}: the vault has another card for it`);
  }
  return faults;
}
