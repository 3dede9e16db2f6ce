import { createHash } from "node:crypto";
import { SESSION_TOKEN_PREFIX } from "../domain/auth.ts";

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

/** The token of a user's own session: no secret either. */
export function sessionToken(place: number): string {
  return `${SESSION_TOKEN_PREFIX}bench-session-of-${userNo(place)}`;
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

/** So many users, from one of them on. */
export interface Payers {
  readonly users: number;
  readonly from?: number;
  /** Whether each of their payments has an Idempotency-Key of its own. */
  readonly keyed?: boolean;
  /** Whether each of them pays in a session of its own, and not the fleet for all of them. */
  readonly bySession?: boolean;
}

/** A payment of one kurus by any of these users, as it goes over the wire. */
export function paymentBy(
  { users, from = 0, keyed = false, bySession = false }: Payers,
): Uint8Array<ArrayBuffer> {
  const place = from + Math.floor(Math.random() * users);
  return paymentRequest(place, { bySession, ...(keyed && { key: crypto.randomUUID() }) });
}

export const PAYMENT_PATH = "/kart-saklamali-odeme";

export function paymentLine(place: number): string {
  return `POST ${PAYMENT_PATH}?userNo=${userNo(place)}&amount=0.01`;
}

/** One payment of one user, with an Idempotency-Key if there is one. */
export function paymentRequest(
  place: number,
  { key, bySession = false }: { readonly key?: string; readonly bySession?: boolean } = {},
): Uint8Array<ArrayBuffer> {
  const headers = key === undefined ? {} : { "Idempotency-Key": key };
  const caller = bySession ? { Authorization: `Bearer ${sessionToken(place)}` } : FLEET_HEADERS;
  return requestOf(paymentLine(place), headers, caller);
}

/** The beginning of a ride: a hold, whose orderId names the rider. */
export function holdBy({ users }: Payers): Uint8Array<ArrayBuffer> {
  const rider = userNo(Math.floor(Math.random() * users));
  return requestOf(`POST /provizyon?userNo=${rider}&amount=0.01&orderId=${rider}`);
}

/** Its end: takes all that the hold of that answer set aside. */
export function captureOf(hold: string): Uint8Array<ArrayBuffer> {
  const { holdId, orderId: rider } = JSON.parse(hold);
  return requestOf(`POST /provizyon/${holdId}/tahsilat?userNo=${rider}`);
}

export const FLEET_HEADERS = { Filo: FLEET, Authorization: `Bearer ${FLEET_KEY}` } as const;

const encoder = new TextEncoder();

/** A request without a body, `"GET /bakiye?userNo=rider-0"`, with the fleet's key if it has no other. */
export function requestOf(
  line: string,
  headers: Readonly<Record<string, string>> = {},
  caller: Readonly<Record<string, string>> = FLEET_HEADERS,
): Uint8Array<ArrayBuffer> {
  let text = `${line} HTTP/1.1\r\nHost: 127.0.0.1\r\n`;
  for (const name in caller) text += `${name}: ${caller[name]}\r\n`;
  for (const name in headers) text += `${name}: ${headers[name]}\r\n`;
  return encoder.encode(`${text}\r\n`);
}
