import { createHmac, timingSafeEqual } from "node:crypto";
import { Buffer } from "node:buffer";
import { z } from "zod";
import {
  type Account,
  ACCOUNT_STATUSES,
  type AccountId,
  accountKey,
  type Card,
  type OpenCardRefund,
  type OpenHold,
  type OpenTopUp,
  type PaymentState,
} from "../../domain/account.ts";
import { CARD_BRANDS } from "../../domain/card_brand.ts";
import type { RecentKeys } from "../../domain/idempotency.ts";
import { RECENT_KEYS_PER_ACCOUNT, RECENT_KEYS_SLACK } from "../../domain/limits.ts";
import type { Kurus } from "../../domain/money.ts";

/** A larger snapshot is neither written nor read; the largest valid one has about 52 KiB, 30 of them of holds. */
export const SNAPSHOT_MAX_LENGTH = 64 * 1024;

/** Who the snapshots belong to: one database, and those who may write to it. */
export interface SnapshotOwner {
  /** The random id of the database. */
  readonly databaseId: string;
  /** Redis is not trusted: whoever can write to it must not be able to forge a balance. */
  readonly sealingKey: Uint8Array;
}

/** Part of each key, so that a snapshot of another shape is not even read. */
const VERSION = 1;

export function toSnapshotKey({ databaseId }: SnapshotOwner, id: AccountId): string {
  return `${databaseId}:account:${VERSION}:${accountKey(id)}`;
}

/**
 * Writes `<seq> <seal> <JSON>`; the number comes first so that Redis can compare it without reading
 * the rest. Undefined if the account is too large.
 */
export function toSnapshot(owner: SnapshotOwner, account: Account): string | undefined {
  // The window of keys is never cut: a cut one would not know a recent key.
  const json = JSON.stringify({ databaseId: owner.databaseId, account });
  const text = `${account.seq} ${seal(owner, json)} ${json}`;
  return text.length <= SNAPSHOT_MAX_LENGTH ? text : undefined;
}

/** Reads the account, if the text is a snapshot of it from this database. Anything else is undefined. */
export function fromSnapshot(
  owner: SnapshotOwner,
  { id, text }: { readonly id: AccountId; readonly text: unknown },
): Account | undefined {
  if (typeof text !== "string" || text.length > SNAPSHOT_MAX_LENGTH) return undefined;
  const [, given = "", json = ""] = SNAPSHOT.exec(text) ?? [];
  if (!hasSeal(owner, { json, given })) return undefined;
  const read = SNAPSHOT_BODY.safeParse(parseJson(json));
  if (!read.success || read.data.databaseId !== owner.databaseId) return undefined;
  const { account } = read.data;
  return accountKey(account.id) === accountKey(id) ? account : undefined;
}

const SNAPSHOT = /^\d+ ([0-9a-f]{32}) (\{.*\})$/;

function seal({ sealingKey }: SnapshotOwner, json: string): string {
  return createHmac("sha256", sealingKey).update(`account_snapshot\n${json}`).digest("hex")
    .slice(0, 32);
}

function hasSeal(
  owner: SnapshotOwner,
  { json, given }: { readonly json: string; readonly given: string },
): boolean {
  const right = Buffer.from(seal(owner, json));
  return right.length === given.length && timingSafeEqual(right, Buffer.from(given));
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const count = z.int().min(0);
const amount = z.custom<Kurus>((value) => Number.isSafeInteger(value));
const text = z.string();

/**
 * A schema for each member, optional ones too: one that is left out does not compile. Strict, because
 * a member that this version does not know would be lost at the next save.
 */
function requireAll<Value>(
  shape: { readonly [Name in keyof Value]-?: z.ZodType<Value[Name]> },
): z.ZodType<Value> {
  return z.strictObject(shape) as unknown as z.ZodType<Value>;
}

const SNAPSHOT_BODY = requireAll<{ readonly databaseId: string; readonly account: Account }>({
  databaseId: text,
  account: requireAll<Account>({
    id: requireAll<AccountId>({ filo: text, userNo: text }),
    head: text.min(1),
    seq: count.min(1),
    status: z.enum(ACCOUNT_STATUSES),
    balanceKurus: amount,
    openHolds: z.array(requireAll<OpenHold>({
      holdId: text,
      amountKurus: amount,
      expiresAt: count,
      orderId: text.optional(),
      description: text.optional(),
    })),
    cards: z.array(requireAll<Card>({
      cardId: text,
      brand: z.enum(CARD_BRANDS),
      bin: text.nullable(),
      last4: text,
      digitCount: count,
      fingerprint: text,
      verified: z.boolean(),
      savedAt: count,
      alias: text.optional(),
      expireMonth: count.optional(),
      expireYear: count.optional(),
    })),
    selectedCardId: text.nullable(),
    lastPayment: requireAll<PaymentState>({
      paymentId: text,
      amountKurus: amount,
      refundedKurus: amount,
      at: count,
    }).nullable(),
    openTopUps: z.array(requireAll<OpenTopUp>({
      topUpId: text,
      amountKurus: amount,
      cardId: text,
      startedAt: count,
      providerRef: text.optional(),
      actionExpiresAt: count.optional(),
    })),
    openCardRefunds: z.array(requireAll<OpenCardRefund>({
      cardRefundId: text,
      topUpId: text,
      amountKurus: amount,
      startedAt: count,
    })),
    grantedKurus: amount,
    spentGrantsKurus: amount,
    recentKeys: requireAll<RecentKeys>({
      hashes: z.array(count).max(RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK),
      others: z.enum(["none", "stored", "unknown"]),
    }),
    cardSavesAt: z.array(count),
    declinesAt: z.array(count),
  }),
});
