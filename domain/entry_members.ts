import type { Kurus } from "./money.ts";
import type { EntryOf, EntryType } from "./journal.ts";

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
