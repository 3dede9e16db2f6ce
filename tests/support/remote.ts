import { assert, assertEquals } from "@std/assert";
import { sha256 } from "../../infra/crypto/digests.ts";
import type { Answer } from "./kese.ts";

/** Where a process listens. */
export type Url = string;

export interface Sending {
  readonly json?: unknown;
  /** The Idempotency-Key. */
  readonly key?: string;
}

export const REMOTE_FLEET = "hergele";
export const REMOTE_FLEET_KEY = "fleet-key-of-other-processes";
/** Has a process know the fleet that {@linkcode sendTo} sends as. */
export const REMOTE_FLEETS = { FLEETS: `${REMOTE_FLEET}:${sha256(REMOTE_FLEET_KEY)}` };

const HEADERS = {
  filo: REMOTE_FLEET,
  authorization: `Bearer ${REMOTE_FLEET_KEY}`,
  "content-type": "application/json",
};

/** How often a request is repeated that the process says it has no time for. */
const BUSY_MAX = 50;

/** Sends `"GET /bakiye?userNo=1"` to a process, as its fleet. */
export async function sendTo(url: Url, line: string, sending: Sending = {}): Promise<Answer> {
  const { json, key } = sending;
  const [method = "GET", path = "/"] = line.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: { ...HEADERS, ...(key !== undefined && { "idempotency-key": key }) },
    body: json === undefined ? null : JSON.stringify(json),
  });
  const text = await response.text();
  const { status, headers } = response;
  return { status, headers, text, body: text === "" ? null : JSON.parse(text) };
}

/** The same, again for as long as the answer is that nothing happened for want of time. */
export async function sendWhileBusy(url: Url, line: string, sending?: Sending): Promise<Answer> {
  for (let tries = 1;; tries++) {
    const answer = await sendTo(url, line, sending);
    if (answer.body?.code !== "busy" || tries === BUSY_MAX) return answer;
  }
}

/** A payment's order id is its key, so that it is found again in the journal. */
export interface Payment {
  readonly userNo: string;
  readonly amountKurus: number;
  readonly key: string;
}

export async function payTo(url: Url, { userNo, amountKurus, key }: Payment): Promise<Answer> {
  const json = { userNo, amount: lira(amountKurus), orderId: key };
  return await sendWhileBusy(url, "POST /kart-saklamali-odeme", { json, key });
}

export async function createUserAt(url: Url, userNo: string, balanceKurus: number): Promise<void> {
  const answer = await sendTo(url, "POST /create_user", {
    json: {
      userNo,
      authCode: "secret",
      name: "John",
      surname: "Doe",
      birthDate: "1990-01-01",
      phoneNumber: "555-5555",
      email: "john.doe@example.com",
      balance: lira(balanceKurus),
    },
  });
  assertEquals(answer.status, 201, answer.text);
}

export interface RemoteEntry {
  readonly id: string;
  readonly seq: number;
  readonly type: string;
  readonly delta: string;
  readonly balanceAfter: string;
  readonly orderId?: string;
  readonly paymentId?: string;
}

/** A user's whole journal, oldest first. It has no gap, and adds up to the balance that every process shows. */
export async function provenJournal(
  urls: readonly Url[],
  userNo: string,
): Promise<readonly RemoteEntry[]> {
  const [url = ""] = urls;
  const entries: RemoteEntry[] = [];
  for (let cursor = ""; cursor !== "end";) {
    const { body, text } = await sendTo(url, `GET /islemler?userNo=${userNo}&limit=100${cursor}`);
    assert(Array.isArray(body?.data), text);
    entries.unshift(...body.data.toReversed());
    cursor = body.nextCursor === null ? "end" : `&cursor=${body.nextCursor}`;
  }
  assertEquals(entries.map(({ seq }) => seq), entries.map((_entry, place) => place + 1));
  let sum = 0;
  for (const { delta, balanceAfter } of entries) {
    sum += kurusOf(delta);
    assertEquals(kurusOf(balanceAfter), sum);
  }
  for (const each of urls) {
    const { body } = await sendTo(each, `GET /bakiye?userNo=${userNo}`);
    assertEquals(body.balance, lira(sum));
  }
  return entries;
}

export function lira(kurus: number): string {
  return (kurus / 100).toFixed(2);
}

export function kurusOf(amount: string): number {
  return Math.round(Number(amount) * 100);
}
