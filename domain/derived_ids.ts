const CLOSING_PREFIX = "tuc_";
const ACTION_PREFIX = "tua_";

/**
 * The id of the entry that closes a top-up. It is derived from the top-up's own, so a top-up can be
 * closed only once, and its outcome is found without a search.
 */
export function closingEntryId(topUpId: string): string {
  if (!topUpId.startsWith("top_")) throw new Error(`Cannot close ${topUpId}: it is no top-up`);
  return `${CLOSING_PREFIX}${topUpId.slice("top_".length)}`;
}

/** The id of the entry that says that the bank wants to see the user: one for each top-up at most. */
export function actionEntryId(topUpId: string): string {
  if (!topUpId.startsWith("top_")) throw new Error(`Cannot name ${topUpId}: it is no top-up`);
  return `${ACTION_PREFIX}${topUpId.slice("top_".length)}`;
}

/**
 * Under which reference a charge that nobody owes is given back: one of several of a top-up, or of a
 * top-up that failed. The same each time, so that it is given back once.
 */
export function unowedRefundReference(topUpId: string, providerRef: string): string {
  return `rev_${topUpId.slice("top_".length)}_${providerRef}`;
}

/** A random id has capital letters and digits alone after its prefix. */
const CAPTURE_PREFIX = "pay_h";
const HOLD_END_PREFIX = "hend_";
const CARD_REFUND_END_PREFIX = "crfe_";
const DERIVED_PREFIXES = [
  CLOSING_PREFIX,
  ACTION_PREFIX,
  CAPTURE_PREFIX,
  HOLD_END_PREFIX,
  CARD_REFUND_END_PREFIX,
];

/**
 * The ids of the entries that can end a hold: the payment that captures it, or its release or expiry.
 * They follow from the hold's own, so how it ended is found without a search. Undefined for what is
 * no hold's id.
 */
export function holdEndIds(
  holdId: string,
): { readonly capture: string; readonly release: string } | undefined {
  if (!holdId.startsWith("hold_")) return undefined;
  const rest = holdId.slice("hold_".length);
  return { capture: `${CAPTURE_PREFIX}${rest}`, release: `${HOLD_END_PREFIX}${rest}` };
}

/**
 * The id of the entry that ends a card refund, whether the gateway gave the money back or refused: it
 * follows from the refund's own, so it ends once, and how is found without a search. Undefined for what
 * is no card refund's id.
 */
export function cardRefundEndId(cardRefundId: string): string | undefined {
  if (!cardRefundId.startsWith("crf_")) return undefined;
  return `${CARD_REFUND_END_PREFIX}${cardRefundId.slice("crf_".length)}`;
}

/** Whether an id is derived from another entry's and not random, so that it could be made twice. */
export function isDerivedEntryId(entryId: string): boolean {
  return DERIVED_PREFIXES.some((prefix) => entryId.startsWith(prefix));
}
