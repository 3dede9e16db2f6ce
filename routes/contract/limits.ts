/** The longest body that is read. */
export const BODY_MAX_BYTES = 16 * 1024;
/** The longest URL that is read. */
export const URL_MAX_LENGTH = 8 * 1024;
