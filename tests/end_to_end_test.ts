import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/process/development.ts";
import sampleUsers from "../infra/process/sample_users.json" with { type: "json" };
import { endNow, type Running, startMain } from "./support/process.ts";

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
    for (const running of started) await endNow(running);
    await Deno.remove(directory, { recursive: true });
  }
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
    const saved = await send(await first.url, "POST /kart-saklama", {
      json: { userNo: "123456", cardNo: "4242 4242 4242 4242" },
    });
    // Twice, as when a terminal and a supervisor both say so.
    first.kill("SIGINT");
    first.kill("SIGTERM");
    assertEquals(await first.ended, 0);
    const second = start();
    const { body } = await send(await second.url, "GET /bakiye?userNo=123456");
    assertEquals(body.balance, "990.00");
    assertEquals((await journalOf(await second.url, "123456")).length, 3);

    // The keys that the first start made open the card again.
    const topUp = await send(await second.url, "POST /update_balance", {
      json: { userNo: "123456", balance: "25.00", cardId: saved.body.card.cardId },
    });
    assertEquals([topUp.status, topUp.body.balance], [201, "1015.00"]);
  }));
