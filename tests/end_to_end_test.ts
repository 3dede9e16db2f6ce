import {
  assert,
  assertEquals,
  assertGreater,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/development.ts";
import sampleUsers from "../infra/sample_users.json" with { type: "json" };
import { type Running, startMain } from "./support/process.ts";

/** Clients that pay at the same time, and acknowledged payments after which the process is killed. */
const CLIENTS = 16;
const PAYMENTS_BEFORE_KILL = 400;

interface Answer {
  readonly status: number;
  readonly headers: Headers;
  // deno-lint-ignore no-explicit-any -- a test says what it expects of the body by comparing it
  readonly body: any;
}

interface Sending {
  readonly json?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends `"GET /bakiye?userNo=1"` with the fleet's key. */
async function send(url: string, line: string, { json, headers }: Sending = {}): Promise<Answer> {
  const [method = "GET", path = "/"] = line.split(" ");
  const response = await fetch(url + path, {
    method,
    headers: {
      filo: DEVELOPMENT_FLEET,
      authorization: `Bearer ${DEVELOPMENT_FLEET_KEY}`,
      ...(json !== undefined && { "content-type": "application/json" }),
      ...headers,
    },
    body: json === undefined ? null : JSON.stringify(json),
  });
  const text = await response.text();
  const body = text === "" ? null : JSON.parse(text);
  return { status: response.status, headers: response.headers, body };
}

interface Scene {
  readonly path: string;
  /** Starts Kese on the same files each time. */
  start(variables?: Readonly<Record<string, string>>): Running;
}

/** Runs a test with a directory for data; ends whatever it started. */
async function onStage(test: (scene: Scene) => Promise<void>): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-end-to-end-" });
  const path = `${directory}/data/kese.db`;
  const started: Running[] = [];
  const start: Scene["start"] = (variables) => {
    const running = startMain({
      KESE_ENV: "development",
      PORT: "0",
      SQLITE_PATH: path,
      ...variables,
    });
    started.push(running);
    return running;
  };
  try {
    await test({ path, start });
  } finally {
    for (const running of started) await end(running);
    await Deno.remove(directory, { recursive: true });
  }
}

async function end(running: Running): Promise<void> {
  try {
    running.kill("SIGKILL");
  } catch {
    // It has ended already.
  }
  await running.ended;
}

function lira(kurus: number): string {
  return (kurus / 100).toFixed(2);
}

function kurusOf(amount: string): number {
  return Math.round(Number(amount) * 100);
}

/** Every entry of a user's journal, newest first, page by page. */
// deno-lint-ignore no-explicit-any -- see Answer
async function journalOf(url: string, userNo: string): Promise<any[]> {
  const entries = [];
  for (let cursor = "";;) {
    const page = await send(url, `GET /islemler?userNo=${userNo}&limit=100${cursor}`);
    assertEquals(page.status, 200);
    entries.push(...page.body.data);
    if (page.body.nextCursor === null) return entries;
    cursor = `&cursor=${page.body.nextCursor}`;
  }
}

Deno.test("main.ts in development holds the ten sample users, and takes a payment", () =>
  onStage(async ({ path, start }) => {
    const running = start();
    const url = await running.url;
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assertEquals(sampleUsers.length, 10);
    for (const { userNo, balance, allCards, selectedCard } of sampleUsers) {
      const { body } = await send(url, `GET /bakiye?userNo=${userNo}`);
      assertEquals([body.userNo, body.balance, body.currency], [userNo, balance.toFixed(2), "TRY"]);
      const list = await send(url, `GET /kart-saklama-listesi?userNo=${userNo}`);
      assertEquals(
        list.body.cards.map((card: { maskedNumber: string }) => card.maskedNumber),
        allCards.map(mask),
      );
      assertEquals(list.body.selectedCard.maskedNumber, mask(selectedCard));
    }

    const paid = await send(url, "POST /kart-saklamali-odeme?userNo=123456&amount=10.50", {
      headers: { "x-request-id": "the-last-request" },
    });
    assertEquals([paid.status, paid.body.amount, paid.body.balance], [201, "10.50", "990.00"]);

    // The audit of the last request is still in memory when the signal comes.
    running.kill("SIGTERM");
    assertEquals(await running.ended, 0);
    const database = new DatabaseSync(path, { readOnly: true });
    const audited = database.prepare(
      "SELECT operation, status FROM audit WHERE request_id = 'the-last-request'",
    ).all();
    database.close();
    assertEquals(audited.map((row) => ({ ...row })), [{ operation: "pay", status: 201 }]);
  }));

function mask(card: string): string {
  const digits = card.replaceAll(" ", "");
  return `${digits.slice(0, 6)}******${digits.slice(-4)}`;
}

Deno.test("main.ts starts again on its own files, with the users as they were left", () =>
  onStage(async ({ start }) => {
    const first = start();
    await send(await first.url, "POST /kart-saklamali-odeme?userNo=123456&amount=10.50");
    // Twice, as when a terminal and a supervisor both say so.
    first.kill("SIGINT");
    first.kill("SIGTERM");
    assertEquals(await first.ended, 0);
    const second = start();
    const { body } = await send(await second.url, "GET /bakiye?userNo=123456");
    assertEquals(body.balance, "990.00");
    assertEquals((await journalOf(await second.url, "123456")).length, 2);
  }));

interface Sent {
  readonly userNo: string;
  readonly key: string;
  readonly amount: string;
}

interface Acknowledged extends Sent {
  readonly paymentId: string;
}

function pay(url: string, { userNo, key, amount }: Sent): Promise<Answer> {
  return send(url, "POST /kart-saklamali-odeme", {
    json: { userNo, amount, orderId: key },
    headers: { "idempotency-key": key },
  });
}

/** Pays from many clients at once and kills the process in the midst of it. */
async function payUntilKilled(running: Running, userNos: readonly string[]) {
  const url = await running.url;
  const acknowledged: Acknowledged[] = [];
  const unanswered: Sent[] = [];
  const client = async (place: number): Promise<void> => {
    for (let round = 0;; round++) {
      const userNo = userNos[(place + round) % userNos.length] ?? "";
      const sent = {
        userNo,
        key: `client-${place}-round-${round}`,
        amount: lira(1 + (place + round) % 7),
      };
      try {
        const { status, body } = await pay(url, sent);
        assertEquals([status, body.amount], [201, sent.amount]);
        acknowledged.push({ ...sent, paymentId: body.paymentId });
      } catch (error) {
        if (error instanceof Error && error.name === "AssertionError") throw error;
        // Its answer never came: it may have happened or not.
        unanswered.push(sent);
        return;
      }
      if (acknowledged.length === PAYMENTS_BEFORE_KILL) running.kill("SIGKILL");
    }
  };
  await Promise.all(Array.from({ length: CLIENTS }, (_, place) => client(place)));
  await running.ended;
  return { acknowledged, unanswered };
}

Deno.test("main.ts killed under load has kept every acknowledged payment, and none twice", () =>
  onStage(async ({ start }) => {
    const userNos = sampleUsers.slice(0, 5).map(({ userNo }) => userNo);
    const before = start();
    const [userNo = ""] = userNos;
    const saved = await send(await before.url, "POST /kart-saklama", {
      json: { userNo, cardNo: "4242 4242 4242 4242" },
    });
    assertEquals(saved.status, 201);
    const { acknowledged, unanswered } = await payUntilKilled(before, userNos);
    assertGreater(acknowledged.length, PAYMENTS_BEFORE_KILL - 1);
    assertEquals(unanswered.length, CLIENTS);

    const url = await start().url;
    const journals = await Promise.all(userNos.map((userNo) => journalOf(url, userNo)));
    const amounts = new Map(journals.flat().map(({ id, amount }) => [id, amount]));
    for (const { paymentId, amount } of acknowledged) assertEquals(amounts.get(paymentId), amount);

    for (const sent of unanswered) {
      const { status, body } = await pay(url, sent);
      assertEquals([status, body.amount, body.orderId], [201, sent.amount, sent.key]);
    }
    for (const sent of acknowledged.slice(0, 20)) {
      const { status, headers, body } = await pay(url, sent);
      assertEquals([status, body.paymentId], [201, sent.paymentId]);
      assertEquals(headers.get("idempotent-replayed"), "true");
    }

    const after = await Promise.all(userNos.map((userNo) => journalOf(url, userNo)));
    const payments = after.flat().filter(({ type }) => type === "payment");
    const keys = [...acknowledged, ...unanswered].map(({ key }) => key).toSorted();
    assertEquals(payments.map(({ orderId }) => orderId).toSorted(), keys);
    for (const [place, userNo] of userNos.entries()) {
      const entries = after[place] ?? [];
      assertEquals(
        entries.map(({ seq }) => seq),
        entries.map((_, index) => entries.length - index),
      );
      const sum = entries.reduce((total, { delta }) => total + kurusOf(delta), 0);
      const { body } = await send(url, `GET /bakiye?userNo=${userNo}`);
      assertEquals(body.balance, lira(sum));
      assertEquals(entries[0]?.balanceAfter, body.balance);
    }

    const topUp = await send(url, "POST /update_balance", { json: { userNo, balance: "25.00" } });
    assertEquals([topUp.status, topUp.body.status], [201, "credited"]);
    assertEquals(topUp.body.card.cardId, saved.body.card.cardId);
  }));

Deno.test("main.ts in production names everything that is missing at once, and ends with 1", async () => {
  const running = startMain({});
  await assertRejects(() => running.url);
  assertEquals(await running.ended, 1);
  for (const name of ["FLEETS", "CARD_KEYS", "CARD_FINGERPRINT_KEY", "CARD_GATEWAY"]) {
    assertStringIncludes(running.output(), `${name} is missing`);
  }
  assertEquals(running.output().includes("    at "), false);
});

Deno.test("main.ts says that its port is in use", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr as Deno.NetAddr;
  const running = startMain({
    KESE_ENV: "development",
    SQLITE_PATH: ":memory:",
    PORT: String(port),
  });
  assertEquals(await running.ended, 1);
  assertStringIncludes(running.output(), `port ${port} is in use`);
  assert(!running.output().includes("    at "));
  listener.close();
});
