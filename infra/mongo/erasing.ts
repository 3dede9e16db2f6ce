import type { Collection } from "mongodb";
import { type AccountId, accountKey } from "../../domain/account.ts";
import { textOf } from "../../domain/erased.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import type { Erasing } from "../../domain/ports/erasing.ts";
import type { UserDocument } from "./account_documents.ts";
import { entriesOf, type LedgerDocument, ledgerId, toEntryDocument } from "./entry_documents.ts";
import type { Drain } from "./drain.ts";
import type { VaultDocument } from "./vault_store.ts";

interface ErasingParts {
  readonly users: Collection<UserDocument>;
  readonly ledger: Collection<LedgerDocument>;
  readonly vault: Collection<VaultDocument>;
  readonly drain: Drain;
}

const PERSON = {
  name: 1,
  surname: 1,
  birthDate: 1,
  phoneNumber: 1,
  email: 1,
  authCode: 1,
} as const;
/** Two, because the first may join one that had already started and moves too little. */
const DRAINS = 2;

export function createMongoErasing({ users, ledger, vault, drain }: ErasingParts): Erasing {
  /** Moves all entries to the ledger, where nobody can put back what is erased of them. */
  async function moveEntries(account: string): Promise<void> {
    for (let moved = 0; moved < DRAINS; moved++) {
      const some = { _id: account, "journal.0": { $exists: true } };
      if (await users.findOne(some, { projection: { _id: 1 } }) === null) return;
      await drain.move(account);
    }
  }

  return {
    erasePerson: async (id) => {
      const _id = accountKey(id);
      await users.updateOne({ _id, status: "erased" }, { $unset: PERSON });
      await vault.deleteMany({ _id: entriesOf(_id) });
    },
    eraseEntries: async (id, entries) => {
      await moveEntries(accountKey(id));
      const updates = entries.map((entry) => ({ updateOne: toUpdate(id, entry) }));
      await ledger.bulkWrite(updates, { ordered: false });
    },
    // Documents no longer hold what is removed; the server's own log and snapshots are its operator's.
    purge: () => Promise.resolve(),
  };
}

/** Sets the facts of an entry, and leaves what the ledger finds it by, but for an erased order. */
function toUpdate(id: AccountId, entry: JournalEntry) {
  const { id: entryId, seq, ...facts } = toEntryDocument(entry);
  const _id = ledgerId(accountKey(id), seq);
  const hasOrder = "orderId" in entry && textOf(entry.orderId) !== undefined;
  const update = { $set: facts, ...(!hasOrder && { $unset: { order: "" as const } }) };
  return { filter: { _id, id: entryId }, update };
}
