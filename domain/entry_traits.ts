/**
 * What is true of entries by their type, and of their members by their name.
 *
 * @module
 */

import { type Kurus, negate, NO_MONEY } from "./money.ts";
import type { AdjustmentDirection, EntryOf, EntryType, JournalEntry, Payment } from "./journal.ts";

/** What an entry does to the account. */
interface Effect {
  /** Which way its amount moves the balance. */
  readonly balance: 1 | 0 | -1 | "by_direction";
  /** Whether it changes balance and payments alone, and leaves all else as it is. */
  readonly amountsOnly: boolean;
}

const EFFECTS = {
  account_opened: { balance: 1, amountsOnly: false },
  account_frozen: { balance: 0, amountsOnly: false },
  account_unfrozen: { balance: 0, amountsOnly: false },
  account_closed: { balance: 0, amountsOnly: false },
  account_erased: { balance: 0, amountsOnly: false },
  card_saved: { balance: 0, amountsOnly: false },
  card_selected: { balance: 0, amountsOnly: false },
  card_removed: { balance: 0, amountsOnly: false },
  payment: { balance: -1, amountsOnly: true },
  refund: { balance: 1, amountsOnly: true },
  hold_placed: { balance: 0, amountsOnly: false },
  hold_released: { balance: 0, amountsOnly: false },
  hold_expired: { balance: 0, amountsOnly: false },
  adjustment: { balance: "by_direction", amountsOnly: false },
  top_up_started: { balance: 0, amountsOnly: false },
  top_up_action_required: { balance: 0, amountsOnly: false },
  top_up_credited: { balance: 1, amountsOnly: false },
  top_up_failed: { balance: 0, amountsOnly: false },
  card_refund_started: { balance: -1, amountsOnly: false },
  card_refund_completed: { balance: 0, amountsOnly: false },
  card_refund_failed: { balance: 1, amountsOnly: false },
} as const satisfies Record<EntryType, Effect>;

export const ENTRY_TYPES = Object.keys(EFFECTS) as readonly EntryType[];

/** Whether an entry changed amounts alone, so that the rest of the account need not be written. */
export function changesAmountsOnly(entry: JournalEntry): boolean {
  // A payment that captured a hold ended it, too.
  return EFFECTS[entry.type].amountsOnly && !isCapture(entry) && !bringsGrantBack(entry);
}

/** Whether an entry refunded what had been granted. */
function bringsGrantBack(entry: JournalEntry): boolean {
  return entry.type === "refund" && entry.grantedKurus !== undefined;
}

/** Whether an entry is a payment that captured a hold. */
export function isCapture(entry: JournalEntry): entry is Payment & { readonly holdId: string } {
  return entry.type === "payment" && entry.holdId !== undefined;
}

/**
 * What an entry does to the balance. It follows from type and amount, and from an adjustment's
 * direction; reconciling checks every entry against it.
 */
export function deltaOf(
  { type, amountKurus, direction }: Pick<JournalEntry, "type" | "amountKurus"> & {
    readonly direction?: AdjustmentDirection;
  },
): Kurus {
  const { balance } = EFFECTS[type];
  if (balance === 0) return NO_MONEY;
  const isCredit = balance === "by_direction" ? direction === "credit" : balance === 1;
  return isCredit ? amountKurus : negate(amountKurus);
}

/** The names of members of one type of entry: those that hold an amount, and those that hold any text. */
type AmountName<Entry> = {
  [Name in keyof Entry]-?: NonNullable<Entry[Name]> extends Kurus ? Name : never;
}[keyof Entry];
type TextName<Entry> = {
  [Name in keyof Entry]-?: string extends Entry[Name] ? Name : never;
}[keyof Entry];
/** The same of all types. */
type AmountNames = { [Type in EntryType]: AmountName<EntryOf<Type>> }[EntryType];
type TextNames = { [Type in EntryType]: TextName<EntryOf<Type>> }[EntryType];

const AMOUNTS = {
  amountKurus: true,
  deltaKurus: true,
  balanceAfterKurus: true,
  heldAfterKurus: true,
  refundedKurus: true,
  grantedKurus: true,
} as const satisfies Record<AmountNames, true>;

/** Every member of an entry that is an amount. */
export const AMOUNT_NAMES: readonly string[] = Object.keys(AMOUNTS);

const IS_FREE_TEXT = {
  id: false,
  requestId: false,
  paymentId: false,
  topUpId: false,
  cardRefundId: false,
  gateway: false,
  providerRef: false,
  returnUrl: true,
  holdId: false,
  nextSelectedCardId: false,
  orderId: true,
  description: true,
  note: true,
  reason: true,
} as const satisfies Record<TextNames, boolean>;

/** Every member that holds what a client wrote as it liked. Such a text may have to be erased one day. */
export const FREE_TEXT_NAMES: readonly string[] = Object.entries(IS_FREE_TEXT)
  .flatMap(([name, isFree]) => isFree ? [name] : []);
