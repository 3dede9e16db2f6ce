import { Binary, type Collection } from "mongodb";
import { accountKey, fromAccountKey } from "../../domain/account.ts";
import type { ActionStore } from "../../domain/ports/user_actions.ts";

/** What a bank wants of a user, sealed. `_id` is the top-up's; the TTL index removes it. */
export interface ActionDocument {
  readonly _id: string;
  readonly account: string;
  readonly keyId: string;
  readonly nonce: Binary;
  readonly ciphertext: Binary;
  readonly expiresAt: Date;
}

export function createMongoActionStore(actions: Collection<ActionDocument>): ActionStore {
  return {
    put: async ({ topUpId: _id, account, keyId, nonce, ciphertext, removeAt }) => {
      await actions.replaceOne({ _id }, {
        account: accountKey(account),
        keyId,
        nonce: new Binary(nonce),
        ciphertext: new Binary(ciphertext),
        expiresAt: new Date(removeAt),
      }, { upsert: true });
    },
    get: async (topUpId) => {
      const found = await actions.findOne({ _id: topUpId });
      if (found === null) return undefined;
      const { account, keyId, nonce, ciphertext, expiresAt } = found;
      return {
        topUpId,
        account: fromAccountKey(account),
        keyId,
        nonce: new Uint8Array(nonce.buffer),
        ciphertext: new Uint8Array(ciphertext.buffer),
        removeAt: expiresAt.getTime(),
      };
    },
  };
}
