/** Entity tags as a list holds them. A comma may stand within one, so the list is not split at commas. */
const ENTITY_TAGS = /(?:W\/)?("[\x21\x23-\x7e\x80-\xff]*")/g;

/**
 * Whether a client that sends this `If-None-Match` has what `etag` names (RFC 9110, section 13.1.2):
 * by weak comparison, so a tag that a proxy made weak still names it.
 */
export function hasSame(ifNoneMatch: string | null, etag: string): boolean {
  if (ifNoneMatch === null) return false;
  if (ifNoneMatch.trim() === "*") return true;
  for (const [, tag] of ifNoneMatch.matchAll(ENTITY_TAGS)) if (tag === etag) return true;
  return false;
}
