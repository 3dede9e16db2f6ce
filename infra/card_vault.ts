import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, createHmac, randomBytes } from "node:crypto";
import { type AccountId, accountKey } from "../domain/account.ts";
import { CardNumber } from "../domain/card_number.ts";
import type { CardToKeep, CardVault, VaultRecord, VaultStore } from "../domain/ports.ts";

export interface CardVaultKeys {
  /** By key id; the first seals, all open. Each has 32 bytes. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** For fingerprints alone. Changing it makes every saved card look new. */
  readonly fingerprint: Uint8Array;
}

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/**
 * Seals card numbers with AES-256-GCM (NIST SP 800-38D) under a fresh nonce. Account and card id are
 * additional data: a record moved to another account or card does not open.
 */
export function createCardVault(store: VaultStore, keys: CardVaultKeys): CardVault {
  const [sealingKey] = keys.sealing;
  if (sealingKey === undefined) throw new Error("Cannot make a vault: no sealing key is given");
  return {
    fingerprint: (id, number) =>
      createHmac("sha256", keys.fingerprint).update(`card\n${accountKey(id)}\n${number.reveal()}`)
        .digest("hex"),
    keep: (id, cards, now) => store.put(cards.map((card) => seal({ id, card, now }, sealingKey))),
    open: async (id, cardId) => {
      const record = await store.get(id, cardId);
      if (record === undefined) {
        throw new Error(`Cannot open card ${cardId}: the vault has no record of it`);
      }
      const key = keys.sealing.get(record.keyId);
      if (key === undefined) {
        throw new Error(`Cannot open card ${cardId}: key ${record.keyId} is not configured`);
      }
      // What was asked for, not what the record says of itself: a moved record must not open.
      return unseal({ ...record, account: id, cardId }, key);
    },
    remove: (id, cardIds) => store.remove(id, cardIds),
  };
}

function seal(
  { id, card, now }: { readonly id: AccountId; readonly card: CardToKeep; readonly now: number },
  [keyId, key]: readonly [string, Uint8Array],
): VaultRecord {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(additionalData(id, card.cardId));
  const sealed = [cipher.update(card.number.reveal(), "utf8"), cipher.final()];
  const ciphertext = Buffer.concat([...sealed, cipher.getAuthTag()]);
  return { account: id, cardId: card.cardId, keyId, nonce, ciphertext, createdAt: now };
}

function unseal({ account, cardId, nonce, ciphertext }: VaultRecord, key: Uint8Array): CardNumber {
  if (nonce.length !== NONCE_BYTES || ciphertext.length <= TAG_BYTES) {
    throw new Error(`Cannot open card ${cardId}: its record is cut short`);
  }
  const sealed = ciphertext.subarray(0, -TAG_BYTES);
  const decipher = createDecipheriv(CIPHER, key, nonce)
    .setAAD(additionalData(account, cardId))
    .setAuthTag(ciphertext.subarray(-TAG_BYTES));
  const digits = Buffer.concat([decipher.update(sealed), decipher.final()]).toString("utf8");
  const number = CardNumber.parse(digits);
  if (number === undefined) {
    throw new Error(`Cannot open card ${cardId}: what was sealed is no card number`);
  }
  return number;
}

function additionalData(id: AccountId, cardId: string): Buffer {
  return Buffer.from(`${accountKey(id)}/${cardId}`);
}
