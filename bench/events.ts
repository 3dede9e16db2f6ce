/**
 * How fast events leave, how soon one arrives, and what they cost payments.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { createSecretHasher } from "../infra/crypto/secret_hasher.ts";
import { openSqliteStore } from "../infra/sqlite/store.ts";
import { readEnvironment } from "../infra/process/environment.ts";
import { type Kese, openKese } from "../main.ts";
import { startChildServer } from "../scripts/services/child_server.ts";
import type { Received } from "./event_receiver.ts";
import { FLEET, FLEET_KEY, userNo, VARIABLES } from "./fleet.ts";
import { quantile } from "./load.ts";

const PROGRAM = fileURLToPath(new URL("event_receiver.ts", import.meta.url));
const USERS = 200;
const PAYERS = 64;
/** Paid at once, and then sent as fast as the receiver answers. */
const BACKLOG = 4_000;
const TURNS = 5;
const TURN_MILLISECONDS = 2_000;
const CALM_PAYMENTS = 250;
const CALM_PAUSE_MILLISECONDS = 20;
const LOOK_AGAIN_MILLISECONDS = 200;

const rest = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));

interface Running extends AsyncDisposable {
  readonly kese: Kese;
}

/** A Kese of its own; with a receiver on this machine, which only development sends to. */
async function openBench(path: string, receiver?: string): Promise<Running> {
  const secret = `whsec_${btoa("e".repeat(32))}`;
  const read = readEnvironment({
    ...VARIABLES,
    KESE_ENV: "development",
    ...(receiver !== undefined && { EVENT_WEBHOOKS: `${FLEET}:${receiver}|${secret}` }),
  });
  if (!read.ok) throw new Error(`Cannot measure: ${read.faults.join(", ")}`);
  const kese = await openKese(read.environment, {
    store: openSqliteStore(path),
    hasher: createSecretHasher(1),
  });
  const { events } = kese.dependencies;
  events.start();
  return {
    kese,
    [Symbol.asyncDispose]: async () => {
      await events.stop();
      await kese.close();
    },
  };
}

async function send(kese: Kese, path: string, json: object): Promise<void> {
  const headers = {
    filo: FLEET,
    authorization: `Bearer ${FLEET_KEY}`,
    "content-type": "application/json",
  };
  const request = new Request(`http://kese${path}`, {
    method: "POST",
    headers,
    body: JSON.stringify(json),
  });
  const response = await kese.fetch(request, {});
  if (response.status !== 201) throw new Error(`Cannot measure: ${await response.text()}`);
}

async function addUsers(kese: Kese): Promise<void> {
  for (let place = 0; place < USERS; place++) {
    await send(kese, "/create_user", {
      userNo: userNo(place),
      authCode: `code-${place}`,
      name: "A",
      surname: "B",
      birthDate: "1990-01-01",
      phoneNumber: "+905321234567",
      email: "a@example.com",
      balance: "100000",
    });
  }
}

const pay = (kese: Kese, place: number) =>
  send(kese, "/kart-saklamali-odeme", { userNo: userNo(place), amount: "0.01" });

/** Payments a second by users who each pay as soon as they have paid. */
async function ratePayments(path: string, receiver?: string): Promise<number> {
  await using running = await openBench(path, receiver);
  const until = performance.now() + TURN_MILLISECONDS;
  let paid = 0;
  await Promise.all(
    Array.from({ length: PAYERS }, async (_, payer) => {
      for (; performance.now() < until; paid++) await pay(running.kese, payer);
    }),
  );
  return paid / TURN_MILLISECONDS * 1_000;
}

interface Receiver {
  readonly url: string;
  /** Waits until so many events have arrived, and gives what came. */
  gather(count: number): Promise<readonly Received[]>;
}

async function startReceiver(signal: AbortSignal): Promise<Receiver> {
  const { match } = await startChildServer({
    command: Deno.execPath(),
    args: ["run", "--quiet", "--allow-net", PROGRAM],
    ready: /events on (\d+)/,
    signal,
  });
  const url = `http://127.0.0.1:${match[1]}/`;
  return {
    url,
    gather: async (count) => {
      const parts: Received[] = [];
      for (let events = 0; events < count;) {
        await rest(LOOK_AGAIN_MILLISECONDS);
        const part: Received = await (await fetch(url)).json();
        parts.push(part);
        events += part.events;
      }
      return parts;
    },
  };
}

/** Measures on two files, and says what it found, line by line. */
export async function measureEvents(directory: string, signal: AbortSignal): Promise<string[]> {
  const { url, gather } = await startReceiver(signal);
  const [listening, silent] = [`${directory}/listening.db`, `${directory}/silent.db`];
  const said = await measureSending(listening, { url, gather });
  {
    await using running = await openBench(silent);
    await addUsers(running.kese);
  }
  const ratios: number[] = [];
  for (let turn = 0; turn <= TURNS; turn++) {
    const rates = new Map<string, number>();
    for (const path of turn % 2 === 0 ? [listening, silent] : [silent, listening]) {
      rates.set(path, await ratePayments(path, path === listening ? url : undefined));
    }
    // The first turn is for the compiler.
    if (turn > 0) ratios.push((rates.get(listening) ?? NaN) / (rates.get(silent) ?? NaN));
  }
  const sorted = ratios.sort((one, other) => one - other).map((ratio) => ratio.toFixed(2));
  return [...said, `payments while events are sent, against none: ${sorted.join(", ")}`];
}

async function measureSending(path: string, { url, gather }: Receiver): Promise<string[]> {
  await using running = await openBench(path, url);
  const { kese } = running;
  await addUsers(kese);
  await gather(USERS);
  for (let payment = 0; payment < CALM_PAYMENTS; payment++) {
    await pay(kese, payment % USERS);
    await rest(CALM_PAUSE_MILLISECONDS);
  }
  const calm = await gather(CALM_PAYMENTS);
  const lags = Float64Array.from(calm.flatMap((part) => part.lags)).sort();
  const begun = performance.now();
  await Promise.all(
    Array.from({ length: PAYERS }, async (_, payer) => {
      for (let place = payer; place < BACKLOG; place += PAYERS) await pay(kese, place % USERS);
    }),
  );
  const backlog = await gather(BACKLOG);
  const perSecond = BACKLOG / (performance.now() - begun) * 1_000;
  const disordered = [...calm, ...backlog].reduce((sum, part) => sum + part.outOfOrder, 0);
  return [
    `${Math.round(perSecond)} events a second to a receiver that answers after 20 ms, ` +
    `${disordered} out of order`,
    `from entry to receipt: p50 ${quantile(lags, 0.5)} ms, p99 ${quantile(lags, 0.99)} ms`,
  ];
}
