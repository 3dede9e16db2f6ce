import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { type AccountId, accountKey } from "../../domain/account.ts";
import { z } from "zod";
import { CardNumber } from "../../domain/card_number.ts";
import { CardToken } from "../../domain/card_token.ts";
import type {
  CardIdentity,
  CardToKeep,
  CardVault,
  KeptCard,
  VaultRecord,
  VaultStore,
} from "../../domain/ports/card_vault.ts";
import { seal, unseal } from "./sealing.ts";

interface CardVaultKeys {
  /** By key id: the first seals, all of them open. Each has 32 bytes. */
  readonly sealing: ReadonlyMap<string, Uint8Array>;
  /** Used for fingerprints only. Under another key every saved card looks new. */
  readonly fingerprint: () => Uint8Array;
}

/**
 * Seals what cards are charged by, bound to account and card id: a record that was moved to another
 * account or card does not open.
 *
 * A fingerprint is a keyed hash of the whole number (HMAC-SHA-256, PCI DSS 3.5.1.1), bound to the
 * account. It is fast, because slowness would not protect it: once BIN and last four are known, only a
 * million numbers are left to try. What protects it is its random key, which only the sealing keys
 * open, and whoever has those can open the numbers themselves.
 */
export function createCardVault(store: VaultStore, keys: CardVaultKeys): CardVault {
  const [sealingKey] = keys.sealing;
  if (sealingKey === undefined) throw new Error("Cannot make a vault: no sealing key is given");
  const [keyId, key] = sealingKey;

  function toRecord(id: AccountId, card: CardToKeep, createdAt: number): VaultRecord {
    const { cardId, gateway, identity, token } = card;
    const kept: z.input<typeof KEPT> = {
      gateway,
      token: token && token.reveal(),
      fingerprint: accountFingerprint(id, identity),
      fleetFingerprint: fleetFingerprint(id.filo, identity),
    };
    const sealed = seal(key, Buffer.from(JSON.stringify(kept)), toBinding(id, cardId));
    return { account: id, cardId, keyId, ...sealed, createdAt };
  }

  function openRecord(record: VaultRecord): KeptCard {
    const { account, cardId, keyId } = record;
    const key = keys.sealing.get(keyId);
    if (key === undefined) throw openingError(cardId, `key ${keyId} is not configured`);
    const plain = unseal(key, record, toBinding(account, cardId));
    if (plain === undefined) throw openingError(cardId, `it is not what key ${keyId} sealed`);
    const kept = readKept(Buffer.from(plain).toString("utf8"));
    if (kept === undefined) throw openingError(cardId, "what was sealed is no card");
    return kept;
  }

  function fingerprint(scope: string, card: CardIdentity): string {
    const digest = (text: string) =>
      createHmac("sha256", keys.fingerprint()).update(`${scope}\n${text}`).digest("hex");
    // No number has a line break in it, so what a gateway says is never taken for one.
    return card instanceof CardNumber
      ? card.digest(digest)
      : digest(`${card.gateway}\n${card.fingerprint}`);
  }

  function accountFingerprint(id: AccountId, card: CardIdentity): string {
    return fingerprint(`card\n${accountKey(id)}`, card);
  }

  function fleetFingerprint(filo: string, card: CardIdentity): string {
    return fingerprint(`fleet\n${filo}`, card);
  }

  return {
    fingerprint: accountFingerprint,
    fleetFingerprint,
    keep: (id, cards, now) => store.put(cards.map((card) => toRecord(id, card, now))),
    open: async (id, cardId) => {
      const record = await store.get(id, cardId);
      if (record === undefined) throw openingError(cardId, "the vault has no record of it");
      // Bound to what was asked for, not to what the record says: a moved record must not open.
      return openRecord({ ...record, account: id, cardId });
    },
    fault: (record) => {
      try {
        openRecord(record);
        return undefined;
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    remove: (id, cardIds) => store.remove(id, cardIds),
  };
}

/** What is sealed, as JSON. */
const KEPT = z.object({
  gateway: z.string(),
  token: z.string().nullable(),
  fingerprint: z.string(),
  fleetFingerprint: z.string(),
});

function readKept(text: string): KeptCard | undefined {
  try {
    const { token, ...kept } = KEPT.parse(JSON.parse(text));
    return { ...kept, token: token === null ? null : new CardToken(token) };
  } catch {
    return undefined;
  }
}

function toBinding(id: AccountId, cardId: string): string {
  return `${accountKey(id)}/${cardId}`;
}

function openingError(cardId: string, reason: string): Error {
  return new Error(`Cannot open card ${cardId}: ${reason}`);
}
