import type { Collection } from "mongodb";
import { StoreInconsistentError } from "../../domain/ports/errors.ts";
import { type AccountDocument, entriesOf, type LedgerDocument } from "./documents.ts";

/** Sees that an account is not older than its ledger, as it is when only one of both was restored. */
export interface LedgerGuard {
  /** The number of the ledger's newest entry; undefined when this process has looked before. */
  newest(account: string): Promise<number> | undefined;
  /** Rejects with {@linkcode StoreInconsistentError} when the account ends before it. */
  check(account: string, seq: number, newest: number | undefined): Promise<void>;
  /** Whoever met something unexpected has it looked at again. */
  doubt(account: string): void;
}

/** Accounts that are remembered as looked at; past it the next command of each looks once more. */
const REMEMBERED = 10_000;

/**
 * Looks once an account and process, beside the first read for a command: a payment on an account
 * that forgot its newest entries would be paid from money that is spent.
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
        // Others may have gone on between the two reads; then the account has by now, too.
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
