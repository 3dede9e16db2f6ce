import { assertEquals } from "@std/assert";
import { assertProblem } from "../support/answers.ts";
import { createUser, openTestKese, send, signIn } from "../support/kese.ts";
import { onBothStores } from "../support/two_instances.ts";

const CLOSE = { json: { userNo: "1", reason: "ayrıldı" } };

onBothStores(
  "a closed account can only be looked at, and its sessions end everywhere",
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
