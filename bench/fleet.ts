import { createHash } from "node:crypto";

/** Who pays in the benchmark: one fleet and its users, each rich enough for any run. */
export const FLEET = "bench";
export const FLEET_KEY = "bench-fleet-key-that-is-no-secret";
export const USERS = 1_000;
/** 1,000,000.00 TRY, and what each payment takes of it: 0.01. */
export const OPENING_KURUS = 100_000_000;
export const PAYMENT_KURUS = 1;

export function userNo(place: number): string {
  return `rider-${place}`;
}

/** The variables of a production instance, with nothing in them that is worth keeping. */
export const VARIABLES = {
  KESE_ENV: "production",
  HOST: "127.0.0.1",
  FLEETS: `${FLEET}:${createHash("sha256").update(FLEET_KEY).digest("hex")}`,
  CARD_KEYS: `k1:${btoa("k".repeat(32))}`,
  CARD_FINGERPRINT_KEY: btoa("f".repeat(32)),
  CARD_GATEWAY: "sandbox",
  ALLOW_SANDBOX_GATEWAY: "true",
  LOG_LEVEL: "warn",
  REQUESTS_PER_MINUTE_USER: "0",
  REQUESTS_PER_MINUTE_FLEET: "0",
} as const;

const encoder = new TextEncoder();
/** Requests that are written once and sent again and again; for more users each is written anew. */
const REQUESTS_KEPT = 10_000;

/** So many users, from one of them on. */
export interface Users {
  readonly users: number;
  readonly from?: number;
}

/** Gives one payment after the other, each of one kurus by one of these users, as it goes over the wire. */
export function paymentsBy({ users, from = 0 }: Users): () => Uint8Array<ArrayBuffer> {
  const anyPlace = () => Math.floor(Math.random() * users);
  if (users > REQUESTS_KEPT) return () => paymentRequest(from + anyPlace());
  const requests = Array.from({ length: users }, (_, place) => paymentRequest(from + place));
  return () => requests[anyPlace()] ?? paymentRequest(from);
}

/** One payment of one user, with an Idempotency-Key if there is one. */
export function paymentRequest(place: number, key?: string): Uint8Array<ArrayBuffer> {
  const line = `POST /kart-saklamali-odeme?userNo=${userNo(place)}&amount=0.01`;
  return requestOf(line, key === undefined ? "" : `Idempotency-Key: ${key}\r\n`);
}

/** A request without a body, `"GET /bakiye?userNo=rider-0"`, with the fleet's key. */
export function requestOf(line: string, headers = ""): Uint8Array<ArrayBuffer> {
  return encoder.encode(
    `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n` +
      `Filo: ${FLEET}\r\nAuthorization: Bearer ${FLEET_KEY}\r\n${headers}\r\n`,
  );
}
