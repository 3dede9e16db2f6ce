import { Binary, type Collection } from "mongodb";
import { type AccountId, accountKey, fromAccountKey } from "../../domain/account.ts";
import type { VaultRecord, VaultStore } from "../../domain/ports/card_vault.ts";

/** A sealed card number. `_id` is made of account and card. */
export interface VaultDocument {
  readonly _id: string;
  readonly account: string;
  readonly cardId: string;
  readonly keyId: string;
  readonly nonce: Binary;
  readonly ciphertext: Binary;
  readonly createdAt: Date;
}

export function createMongoVaultStore(vault: Collection<VaultDocument>): VaultStore {
  return {
    put: async (records) => {
      if (records.length > 0) await vault.insertMany(records.map(toVaultDocument));
    },
    get: async (id, cardId) => {
      const document = await vault.findOne({ _id: vaultId(id, cardId) });
      return document === null ? undefined : fromVaultDocument(document);
    },
    remove: async (id, cardIds) => {
      await vault.deleteMany({ _id: { $in: cardIds.map((cardId) => vaultId(id, cardId)) } });
    },
    anyUnder: async (keyId) => {
      return await vault.findOne({ keyId }, { projection: { _id: 1 } }) !== null;
    },
    list: async ({ createdBefore, limit, after }) => {
      const documents = await vault.find({
        createdAt: { $lt: new Date(createdBefore) },
        ...(after && { _id: { $gt: vaultId(after.account, after.cardId) } }),
      }).sort({ _id: 1 }).limit(limit).toArray();
      return documents.map(fromVaultDocument);
    },
  };
}

function vaultId(id: AccountId, cardId: string): string {
  return `${accountKey(id)}/${cardId}`;
}

function toVaultDocument(record: VaultRecord): VaultDocument {
  const { account, cardId, keyId, nonce, ciphertext, createdAt } = record;
  return {
    _id: vaultId(account, cardId),
    account: accountKey(account),
    cardId,
    keyId,
    nonce: new Binary(nonce),
    ciphertext: new Binary(ciphertext),
    createdAt: new Date(createdAt),
  };
}

function fromVaultDocument(document: VaultDocument): VaultRecord {
  const { account, cardId, keyId, nonce, ciphertext, createdAt } = document;
  return {
    account: fromAccountKey(account),
    cardId,
    keyId,
    nonce: nonce.value(),
    ciphertext: ciphertext.value(),
    createdAt: createdAt.getTime(),
  };
}
