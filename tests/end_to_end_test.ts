import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/process/development.ts";
import sampleUsers from "../infra/process/sample_users.json" with { type: "json" };
import { journalOf } from "./support/answers.ts";
import { send } from "./support/kese.ts";
import { type Running, startMain } from "./support/process.ts";
import { withTemporaryFile } from "./support/temporary_store.ts";

const FLEET = { filo: DEVELOPMENT_FLEET, bearer: DEVELOPMENT_FLEET_KEY };

interface Scene {
  readonly path: string;
  /** Starts Kese on the same files each time. */
  start(): Running;
}

/** Runs a test with a directory for data, and ends whatever it started. */
async function onStage(test: (scene: Scene) => Promise<void>): Promise<void> {
  await withTemporaryFile(async ({ directory }) => {
    const path = `${directory}/data/kese.db`;
    const variables = { KESE_ENV: "development", PORT: "0", SQLITE_PATH: path };
    await using started = new AsyncDisposableStack();
    await test({ path, start: () => started.use(startMain(variables)) });
  });
}

Deno.test("main.ts in development holds the ten sample users, and takes a payment", () =>
  onStage(async ({ path, start }) => {
    const running = start();
    const url = await running.url;
    assertMatch(url, /^http:\/\/127\.0\.0\.1:\d+$/);
    assertEquals(sampleUsers.length, 10);
    for (const { userNo, balance, allCards, selectedCard } of sampleUsers) {
      const { body } = await send(url, `GET /bakiye?userNo=${userNo}`, FLEET);
      assertEquals([body.userNo, body.balance, body.currency], [userNo, balance.toFixed(2), "TRY"]);
      const list = await send(url, `GET /kart-saklama-listesi?userNo=${userNo}`, FLEET);
      assertEquals(
        list.body.cards.map((card: { maskedNumber: string }) => card.maskedNumber),
        allCards.map(mask),
      );
      assertEquals(list.body.selectedCard.maskedNumber, mask(selectedCard));
    }

    const paid = await send(url, "POST /kart-saklamali-odeme?userNo=123456&amount=10.50", {
      ...FLEET,
      headers: { "x-request-id": "the-last-request" },
    });
    assertEquals([paid.status, paid.body.amount, paid.body.balance], [201, "10.50", "990.00"]);

    // The audit of the last request is still in memory when the signal comes.
    running.kill("SIGTERM");
    assertEquals(await running.ended, 0);
    using database = new DatabaseSync(path, { readOnly: true });
    const audited = database.prepare(
      "SELECT operation, status FROM audit WHERE request_id = 'the-last-request'",
    ).all();
    assertEquals(audited.map((row) => ({ ...row })), [{ operation: "pay", status: 201 }]);
  }));

function mask(card: string): string {
  const digits = card.replaceAll(" ", "");
  return `${digits.slice(0, 6)}******${digits.slice(-4)}`;
}

Deno.test("main.ts starts again on its own files, with the users as they were left", () =>
  onStage(async ({ start }) => {
    const first = start();
    await send(await first.url, "POST /kart-saklamali-odeme?userNo=123456&amount=10.50", FLEET);
    const saved = await send(await first.url, "POST /kart-saklama", {
      ...FLEET,
      json: { userNo: "123456", cardNo: "4242 4242 4242 4242" },
    });
    // Twice, as when a terminal and a supervisor both say so.
    first.kill("SIGINT");
    first.kill("SIGTERM");
    assertEquals(await first.ended, 0);
    const second = start();
    const { body } = await send(await second.url, "GET /bakiye?userNo=123456", FLEET);
    assertEquals(body.balance, "990.00");
    assertEquals((await journalOf(await second.url, "123456", FLEET)).length, 3);

    // The keys that the first start made open the card again.
    const topUp = await send(await second.url, "POST /update_balance", {
      ...FLEET,
      json: { userNo: "123456", balance: "25.00", cardId: saved.body.card.cardId },
    });
    assertEquals([topUp.status, topUp.body.balance], [201, "1015.00"]);
  }));
