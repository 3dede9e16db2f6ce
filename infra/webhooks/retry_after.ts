/** A text that is longer is neither a number of seconds nor a date. */
const MAX_LENGTH = 40;

/**
 * Reads the header Retry-After: seconds, or a date of HTTP (RFC 9110, section 10.2.3). Gives how long that
 * is from now in milliseconds, never less than none; undefined for anything else.
 */
export function readRetryAfter(text: string | undefined, now: number): number | undefined {
  if (text === undefined || text.length > MAX_LENGTH) return undefined;
  if (/^\d+$/.test(text)) return Number(text) * 1_000;
  // Date.parse reads much that is no date of HTTP, which always ends like this.
  const at = text.endsWith(" GMT") ? Date.parse(text) : NaN;
  return Number.isNaN(at) ? undefined : Math.max(0, at - now);
}
