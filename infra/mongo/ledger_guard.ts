import type { Collection } from "mongodb";
import { StoreInconsistentError } from "../../domain/ports/errors.ts";
import type { AccountDocument } from "./account_documents.ts";
import { entriesOf, type LedgerDocument } from "./entry_documents.ts";

/** Ensures that an account is not older than its ledger, as happens when only one of them is restored. */
export interface LedgerGuard {
  /** Reads the number of the ledger's newest entry; undefined if this process has checked the account. */
  newest(account: string): Promise<number> | undefined;
  /** Rejects with {@linkcode StoreInconsistentError} if the account ends before that entry. */
  check(account: string, seq: number, newest: number | undefined): Promise<void>;
  /** Has an account checked again. */
  doubt(account: string): void;
}

/** Accounts that are remembered as checked; beyond it, each is checked again at its next command. */
const REMEMBERED = 10_000;

/**
 * Checks each account once per process, at the first read for a command: a payment on an account that
 * lost its newest entries would spend the same money twice.
 */
export function createLedgerGuard({ users, ledger }: {
  readonly users: Collection<AccountDocument>;
  readonly ledger: Collection<LedgerDocument>;
}): LedgerGuard {
  const sound = new Set<string>();

  async function find(account: string): Promise<number> {
    const [newest] = await ledger.find({ _id: entriesOf(account) }, { projection: { seq: 1 } })
      .sort({ _id: -1 }).limit(1).toArray();
    return newest?.seq ?? 0;
  }

  return {
    newest: (account) => sound.has(account) ? undefined : find(account),
    check: async (account, seq, newest) => {
      if (newest === undefined) return;
      if (newest > seq) {
        // Others may have saved between the two reads; then the account has caught up by now.
        const now = await users.findOne({ _id: account }, { projection: { seq: 1 } });
        if ((now?.seq ?? 0) < newest) {
          throw new StoreInconsistentError(account, `ends before entry ${newest} of its ledger`);
        }
      }
      if (sound.size >= REMEMBERED) sound.clear();
      sound.add(account);
    },
    doubt: (account) => void sound.delete(account),
  };
}
