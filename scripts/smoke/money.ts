import { type Check, PENDING_MAX } from "./check.ts";
import { expectAnswer, expectEqual, expectProblem, expectReplay } from "./client.ts";

/** The balance is paid, held, refunded and adjusted. */
export const MONEY: readonly Check[] = [
  {
    name: "a payment is made once, and its key is good for no other",
    run: async ({ send, userNo, found }) => {
      const line = "POST /kart-saklamali-odeme";
      const json = { userNo, amount: "10.50", orderId: "smoke-ride" };
      const key = `${userNo}-pay`;
      const paid = await send(line, { json, key });
      expectAnswer(paid, 201, { amount: "10.50", balance: "139.50", orderId: "smoke-ride" });
      found.set("payment", paid.body.paymentId);
      expectReplay(await send(line, { json, key }), paid);
      const other = await send(line, { json: { ...json, amount: "10.51" }, key });
      expectProblem(other, 422, "idempotency_key_reused");
    },
  },
  {
    name: "a payment beyond the balance, or of an invalid amount, is refused",
    run: async ({ send, userNo }) => {
      const line = `POST /kart-saklamali-odeme?userNo=${userNo}&amount=`;
      expectProblem(await send(`${line}139.51`), 402, "insufficient_balance");
      expectProblem(await send(`${line}1.005`), 422, "invalid_amount");
    },
  },
  {
    name: "a payment is shown",
    run: async ({ send, userNo, found }) => {
      const shown = await send(
        `GET /kart-saklamali-odeme/${found.get("payment")}?userNo=${userNo}`,
      );
      expectAnswer(shown, 200, { amount: "10.50", refunded: "0.00", refundable: "10.50" });
    },
  },
  {
    name: "a payment is refunded once, by the fleet alone",
    run: async ({ send, userNo, found }) => {
      const line = `POST /iade?userNo=${userNo}`;
      expectProblem(await send(line, { bearer: found.get("session") }), 403, "forbidden");
      const refunded = await send(line, { key: `${userNo}-refund` });
      const paymentId = found.get("payment");
      expectAnswer(refunded, 201, { paymentId, amount: "10.50", balance: "150.00" });
      expectReplay(await send(line, { key: `${userNo}-refund` }), refunded);
      expectProblem(await send(line), 409, "already_refunded");
    },
  },
  {
    name: "a ride is held and captured, and a cancelled one takes nothing",
    run: async ({ send, userNo }) => {
      const place = (amount: string) => send("POST /provizyon", { json: { userNo, amount } });
      const ride = await place("50.00");
      expectAnswer(ride, 201, { status: "open", available: "100.00" });
      const captureLine = `POST /provizyon/${ride.body.holdId}/tahsilat`;
      const json = { userNo, amount: "37.20" };
      const paid = await send(captureLine, { json, key: `${userNo}-capture` });
      expectAnswer(paid, 201, { amount: "37.20", balance: "112.80", available: "112.80" });
      expectReplay(await send(captureLine, { json, key: `${userNo}-capture` }), paid);
      expectProblem(await send(captureLine, { json }), 409, "hold_closed");
      const shown = await send(`GET /provizyon/${ride.body.holdId}?userNo=${userNo}`);
      expectAnswer(shown, 200, { status: "captured", paymentId: paid.body.paymentId });
      const refund = { json: { userNo, paymentId: paid.body.paymentId } };
      expectAnswer(await send("POST /iade", refund), 201, { balance: "150.00" });
      const cancelled = await place("20.00");
      const released = await send(`POST /provizyon/${cancelled.body.holdId}/iptal`, {
        json: { userNo },
      });
      expectAnswer(released, 200, { status: "released", available: "150.00" });
    },
  },
  {
    name: "a part of a top-up goes back to its card once, by the fleet alone",
    run: async ({ send, userNo, found }) => {
      const line = "POST /karta-iade";
      const json = { userNo, topUpId: found.get("topUp"), amount: "20.00" };
      expectProblem(await send(line, { json, bearer: found.get("session") }), 403, "forbidden");
      const key = `${userNo}-card-refund`;
      let refund = await send(line, { json, key });
      // While the outcome is pending, the same request asks for it.
      for (let asked = 1; refund.status === 202 && asked < PENDING_MAX; asked++) {
        refund = await send(line, { json, key });
      }
      expectAnswer(refund, 201, { status: "completed", amount: "20.00", balance: "130.00" });
      expectReplay(await send(line, { json, key }), refund);
      const shown = await send(`GET /karta-iade/${refund.body.cardRefundId}?userNo=${userNo}`);
      expectAnswer(shown, 200, { status: "completed", topUpId: found.get("topUp") });
      const more = await send(line, { json: { ...json, amount: "30.01" } });
      expectProblem(more, 422, "refund_exceeds_top_up");
      const cash = { userNo, direction: "credit", amount: "20.00", reason: "cash" };
      expectAnswer(await send("POST /bakiye-duzeltme", { json: cash }), 201, { balance: "150.00" });
    },
  },
  {
    name: "the fleet adjusts a balance and freezes an account",
    run: async ({ send, userNo }) => {
      const adjust = (direction: string) =>
        send("POST /bakiye-duzeltme", {
          json: { userNo, direction, amount: "5.00", reason: "cash" },
        });
      expectAnswer(await adjust("credit"), 201, { balance: "155.00" });
      expectAnswer(await adjust("debit"), 201, { balance: "150.00" });
      const json = { userNo };
      expectAnswer(await send("POST /hesap/dondur", { json }), 200, { status: "frozen" });
      const payment = { json: { userNo, amount: "1.00" } };
      expectProblem(await send("POST /kart-saklamali-odeme", payment), 403, "account_frozen");
      expectAnswer(await send("POST /hesap/coz", { json }), 200, { status: "active" });
      expectProblem(await send("POST /hesap/kapat", { json }), 409, "account_not_empty");
    },
  },
  {
    name: "a removed card makes way for another",
    run: async ({ send, userNo, found }) => {
      const cardId = found.get("mastercard");
      const line = `DELETE /kart-saklama?userNo=${userNo}&cardId=${cardId}`;
      expectAnswer(await send(line), 200);
      expectProblem(await send(line), 404, "card_not_found");
      const list = await send(`GET /kart-saklama-listesi?userNo=${userNo}`);
      expectAnswer(list, 200);
      expectEqual("selectedCard", list.body.selectedCard?.cardId, found.get("visa"));
    },
  },
];
