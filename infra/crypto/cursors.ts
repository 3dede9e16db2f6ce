import { Buffer } from "node:buffer";
import type { Cursors } from "../../domain/ports/fleet_reading.ts";
import { seal, unseal } from "./sealing.ts";

const NONCE_BYTES = 12;

/**
 * Creates cursors that are encrypted, because the place of an entry among all entries tells a fleet how
 * much the other fleets do.
 */
export function createCursors(key: () => Uint8Array): Cursors {
  return {
    seal: (scope, place) => {
      const { nonce, ciphertext } = seal(key(), Buffer.from(place), scope);
      return Buffer.concat([nonce, ciphertext]).toString("base64url");
    },
    open: (scope, cursor) => {
      const bytes = Buffer.from(cursor, "base64url");
      const sealed = {
        nonce: bytes.subarray(0, NONCE_BYTES),
        ciphertext: bytes.subarray(NONCE_BYTES),
      };
      const place = unseal(key(), sealed, scope);
      return place && Buffer.from(place).toString();
    },
  };
}
