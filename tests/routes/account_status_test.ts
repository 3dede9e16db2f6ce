import { assertEquals } from "@std/assert";
import { accepted } from "../../domain/decision.ts";
import { closingEntryId } from "../../domain/derived_ids.ts";
import { assertProblem, balanceOf, saveCard, sendWell } from "../support/answers.ts";
import { ANSWER_IS_LOST } from "../support/card_numbers.ts";
import { createUser, FLEET, openTestKese, send, signIn } from "../support/kese.ts";
import { onBothStores } from "../support/two_instances.ts";

const CLOSE = { json: { userNo: "1", reason: "ayrıldı" } };

onBothStores(
  "POST /hesap/kapat leaves an account that can only be looked at, and its sessions end everywhere",
  async ([first, second]) => {
    await createUser(first, "1", "10.00");
    const bearer = await signIn(first, "1");
    assertProblem(await send(first, "POST /hesap/kapat", CLOSE), 409, "account_not_empty", {
      balance: "10.00",
      holds: 0,
      openTopUps: 0,
    });
    assertEquals((await send(first, "POST /kart-saklamali-odeme?userNo=1&amount=10")).status, 201);
    assertEquals((await send(second, "GET /bakiye?userNo=1", { bearer })).status, 200);
    const closed = await send(first, "POST /hesap/kapat", CLOSE);
    assertEquals([closed.status, closed.body.status], [200, "closed"]);
    assertProblem(await send(second, "GET /bakiye?userNo=1", { bearer }), 401, "unauthenticated");
    for (
      const line of [
        "POST /kart-saklamali-odeme?userNo=1&amount=1",
        "POST /iade?userNo=1",
        "POST /provizyon?userNo=1&amount=1",
        "POST /update_balance?userNo=1&balance=1",
        "POST /kart-saklama?userNo=1&cardNo=4242424242424242",
        "DELETE /kart-saklama?userNo=1&cardId=none",
        "POST /bakiye-duzeltme?userNo=1&amount=1&direction=credit&reason=cash",
        "POST /hesap/dondur?userNo=1",
        "POST /hesap/coz?userNo=1",
        "POST /hesap/kapat?userNo=1",
      ]
    ) assertProblem(await send(second, line), 409, "account_closed");
    const { body } = await send(second, "GET /bakiye?userNo=1");
    assertEquals([body.status, body.balance], ["closed", "0.00"]);
    const { body: { data } } = await send(second, "GET /islemler?userNo=1&limit=1");
    assertEquals([data[0].type, data[0].reason], ["account_closed", "ayrıldı"]);
  },
);

onBothStores(
  "POST /hesap/kapat lets what is owed arrive, and is an alarm once",
  async ([first, second]) => {
    await createUser(first, "1", "0.00");
    await saveCard(first, "1", ANSWER_IS_LOST);
    const isAlarm = (line: string) => line.includes('"event":"money_on_closed_account"');
    const alarms = () =>
      [...first.lines, ...second.lines].filter(isAlarm).map((line) => {
        const { level, account, entryId, type } = JSON.parse(line);
        return { level, account, entryId, type };
      });
    const topUp = async () => {
      const { status, body } = await send(first, "POST /update_balance?userNo=1&balance=5");
      assertEquals([status, body.status], [202, "pending"]);
      return String(body.topUpId);
    };
    await topUp();
    await first.dependencies.settlement.sweep();
    assertEquals(alarms(), [], "an open account gets its money without one");
    await sendWell(first, "POST /kart-saklamali-odeme?userNo=1&amount=5");

    // Kese closes no account with an open top-up, so the entry is forced.
    const topUpId = await topUp();
    const at = first.clock.now();
    const command = { entryId: "ent_forced", at, requestId: "r", by: "fleet" } as const;
    const account = { filo: FLEET, userNo: "1" };
    await first.dependencies.accounts.update(
      { account, command },
      (view) => accepted<"account_closed">(view.account, command, { type: "account_closed" }),
    );
    for (let sweeps = 0; sweeps < 2; sweeps++) {
      await Promise.all([first, second].map((kese) => kese.dependencies.settlement.sweep()));
    }
    const entryId = closingEntryId(topUpId);
    const said = { level: "error", account: `${FLEET}/1`, entryId, type: "top_up_credited" };
    assertEquals(alarms(), [said]);
    assertEquals(await balanceOf(second, "1"), "5.00");
  },
);

Deno.test("POST /hesap/kapat refuses an account with open holds, and is repeated under its key", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "5.00");
  const { body: { holdId } } = await send(kese, "POST /provizyon?userNo=1&amount=5");
  const refused = await send(kese, "POST /hesap/kapat", CLOSE);
  assertProblem(refused, 409, "account_not_empty", { balance: "5.00", holds: 1, openTopUps: 0 });
  await send(kese, `POST /provizyon/${holdId}/tahsilat?userNo=1`);
  const headers = { "idempotency-key": "close-1" };
  const first = await send(kese, "POST /hesap/kapat", { ...CLOSE, headers });
  const again = await send(kese, "POST /hesap/kapat", { ...CLOSE, headers });
  assertEquals([first.status, again.status, again.text], [200, 200, first.text]);
});
