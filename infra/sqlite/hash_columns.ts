import { shortKey } from "../../domain/idempotency.ts";
import { sha256 } from "../crypto/digests.ts";

/** A part of a text's hash, of which the text cannot be told apart from many others. */
export function toLookUpColumn(text: string): number {
  return Number.parseInt(sha256(text).slice(0, COLUMN_HEX), 16);
}

/** 48 bits: enough to find what was hashed, and an integer that JavaScript represents exactly. */
const COLUMN_HEX = 12;

/** The column of an entry's key, if it has one. */
export function toKeyColumn(keyHash: string | undefined): number | null {
  return keyHash === undefined ? null : shortKey(keyHash);
}
