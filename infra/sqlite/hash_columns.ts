import { shortHash } from "../../domain/idempotency.ts";
import { sha256 } from "../crypto/digests.ts";

/** A part of a text's hash, of which the text cannot be told apart from many others. */
export function toLookUpColumn(text: string): number {
  return shortHash(sha256(text));
}

/** The column of an entry's key, if it has one. */
export function toKeyColumn(keyHash: string | undefined): number | null {
  return keyHash === undefined ? null : shortHash(keyHash);
}
