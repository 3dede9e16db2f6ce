import { assert, assertEquals } from "@std/assert";
import { pause } from "../../infra/process/clock.ts";
import { sendWell } from "./answers.ts";
import { randomKey, type StoreVariables } from "./both_stores.ts";
import { EVENT_SECRET, type EventReceiver, waitUntil } from "./event_receiver.ts";
import { FLEET, FLEETS, send } from "./kese.ts";

/** Whose payments are the events. */
export const RIDERS = Array.from({ length: 8 }, (_, place) => `kill-${place}`);

/** A development on that store. */
export function variablesOf(store: StoreVariables): StoreVariables {
  return {
    KESE_ENV: "development",
    HOST: "127.0.0.1",
    PORT: "0",
    ...FLEETS,
    CARD_KEYS: `test:${randomKey()}`,
    CARD_FINGERPRINT_KEY: randomKey(),
    ...store,
  };
}

/** The variable that leads the tests' fleet's events there. */
export function eventsTo(url: string): StoreVariables {
  return { EVENT_WEBHOOKS: `${FLEET}:${url}|${EVENT_SECRET}` };
}

/** What a receiver answers that takes a moment, so that events are on their way when a process is killed. */
export async function answerSlowly(): Promise<Response> {
  await pause(2);
  return new Response();
}

/** Payments that were answered, by their ids. */
interface Paying {
  readonly paid: string[];
  /** Nobody pays more than so many together. */
  readonly most?: number;
}

/** Pays one after the other, and notes each payment that was answered, until nobody answers. */
export async function payUntilKilled(
  url: string,
  userNo: string,
  { paid, most = Infinity }: Paying,
): Promise<void> {
  const json = { userNo, amount: "0.01" };
  try {
    while (paid.length < most) {
      const { status, body } = await send(url, "POST /kart-saklamali-odeme", { json });
      if (status === 201) paid.push(body.paymentId);
    }
  } catch {
    // It was killed.
  }
}

/** Waits for all that was committed, answered or not: it must have come in the order of each account. */
export async function assertAllCome(
  { first }: EventReceiver,
  url: string,
  { paid }: Paying,
): Promise<void> {
  const lastSeqs = new Map<string, number>();
  for (const userNo of RIDERS) {
    const { body } = await sendWell(url, `GET /islemler?userNo=${userNo}&limit=1`);
    lastSeqs.set(userNo, body.data[0].seq);
  }
  const entries = [...lastSeqs.values()].reduce((sum, seq) => sum + seq);
  const events = () => first().filter(({ data }) => lastSeqs.has(data.userNo));
  await waitUntil(() => events().length >= entries, 30);
  const ids = new Set(events().map(({ id }) => id));
  assert(paid.every((id) => ids.has(id)));
  for (const [userNo, last] of lastSeqs) {
    const seqs = events().filter(({ data }) => data.userNo === userNo).map(({ data }) => data.seq);
    assertEquals(seqs, Array.from({ length: last }, (_, place) => place + 1));
  }
}
