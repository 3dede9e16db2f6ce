import { Buffer } from "node:buffer";
import { z } from "zod";
import { type AccountId, accountKey } from "../../domain/account.ts";
import { DAY_MILLISECONDS } from "../../domain/limits.ts";
import type { ActionStore, UserActions } from "../../domain/ports/user_actions.ts";
import { seal, unseal } from "./sealing.ts";

/** Those who come back late are still told what became of their top-up. */
const KEPT_AFTER_EXPIRY_MILLISECONDS = DAY_MILLISECONDS;

/** What is sealed, as JSON. */
const ACTION = z.union([
  z.object({ kind: z.literal("redirect"), url: z.string() }),
  z.object({ kind: z.literal("page"), html: z.string() }),
]);

/**
 * Seals what banks want of users, bound to top-up and account: a page of a bank may hold names and
 * amounts. By key id: the first key seals, all of them open.
 */
export function createUserActions(
  store: ActionStore,
  keys: ReadonlyMap<string, Uint8Array>,
): UserActions {
  const [sealing] = keys;
  if (sealing === undefined) throw new Error("Cannot keep actions: no sealing key is given");
  const [keyId, key] = sealing;
  return {
    keep: async (topUpId, { account, action, expiresAt }) => {
      const plain = Buffer.from(JSON.stringify(action));
      const sealed = seal(key, plain, toBinding(account, topUpId));
      const removeAt = expiresAt + KEPT_AFTER_EXPIRY_MILLISECONDS;
      await store.put({ topUpId, account, keyId, ...sealed, removeAt });
    },
    find: async (topUpId) => {
      const record = await store.get(topUpId);
      if (record === undefined) return undefined;
      const { account } = record;
      const opening = keys.get(record.keyId);
      const plain = opening && unseal(opening, record, toBinding(account, topUpId));
      if (plain === undefined) throw new Error(`Cannot open the action of ${topUpId}`);
      return { account, action: ACTION.parse(JSON.parse(Buffer.from(plain).toString("utf8"))) };
    },
  };
}

function toBinding(id: AccountId, topUpId: string): string {
  return `action/${accountKey(id)}/${topUpId}`;
}
