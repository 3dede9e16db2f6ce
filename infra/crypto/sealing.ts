import { Buffer } from "node:buffer";
import { createCipheriv, createDecipheriv, randomBytes } from "node:crypto";

const CIPHER = "aes-256-gcm";
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** What was sealed, and the nonce that it was sealed under. The tag is at the ciphertext's end. */
export interface Sealed {
  readonly nonce: Uint8Array;
  readonly ciphertext: Uint8Array;
}

/**
 * Seals with AES-256-GCM (NIST SP 800-38D) under a fresh nonce. It opens for the same `boundTo` alone,
 * which need not be secret.
 */
export function seal(key: Uint8Array, plain: Uint8Array, boundTo: string): Sealed {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv(CIPHER, key, nonce).setAAD(Buffer.from(boundTo));
  const ciphertext = Buffer.concat([cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
  return { nonce, ciphertext };
}

/** What was sealed; undefined under another key, bound to something else, or changed in one bit. */
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
