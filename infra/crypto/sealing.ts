import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** A ciphertext, with its tag at the end, and its nonce. */
export interface Sealed {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * Seals with AES-256-GCM (NIST SP 800-38D) under a fresh nonce. It opens only with the same `boundTo`,
 * which need not be secret.
 */
export function seal(key: Uint8Array, plain: Uint8Array, boundTo: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(boundTo));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { nonce, ciphertext };
}

/** Opens what was sealed. Undefined if the key or `boundTo` is another, or if a single bit was changed. */
export function unseal(
  key: Uint8Array,
  { nonce, ciphertext }: Sealed,
  boundTo: string,
): Uint8Array | undefined {
  if (nonce.length !== NONCE_BYTES || ciphertext.length <= TAG_BYTES) return undefined;
  const decipher = createDecipheriv(CIPHER, key, nonce)
    .setAAD(Buffer.from(boundTo))
    .setAuthTag(ciphertext.subarray(-TAG_BYTES));
  const plain = decipher.update(ciphertext.subarray(0, -TAG_BYTES));
  try {
    decipher.final();
    return plain;
  } catch {
    return undefined;
  }
}
