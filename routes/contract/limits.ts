import { AMOUNT_MAX_KURUS, AMOUNT_MIN_KURUS, BALANCE_MAX_KURUS } from "../../domain/limits.ts";
import { formatAmount, kurus } from "../../domain/money.ts";

/** The longest body that is read. */
export const BODY_MAX_BYTES = 16 * 1024;
/** The longest URL that is read. */
export const URL_MAX_LENGTH = 8 * 1024;

/** The bounds of amounts and balances, as texts and descriptions write them. */
export const AMOUNT_MIN = formatAmount(kurus(AMOUNT_MIN_KURUS));
export const AMOUNT_MAX = formatAmount(kurus(AMOUNT_MAX_KURUS));
export const BALANCE_MAX = formatAmount(kurus(BALANCE_MAX_KURUS));
