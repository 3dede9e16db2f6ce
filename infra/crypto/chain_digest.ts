import { hash } from "node:crypto";

/** Characters of SHA-256 that an entry carries: 128 bits, beyond any search for another text. */
const DIGEST_LENGTH = 32;

/** The digest of the chain of entries, in every store; hex, which is made in half the time of base64. */
export function chainDigest(text: string): string {
  return hash("sha256", text, "hex").slice(0, DIGEST_LENGTH);
}
