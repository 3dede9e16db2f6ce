import { type Check, PENDING_MAX } from "./check.ts";
import { expectAnswer, expectEqual, expectProblem, expectReplay } from "./client.ts";

/** Test cards of the sandbox gateway: two that it charges, one that it declines, one whose bank asks. */
const VISA = "4242 4242 4242 4242";
const MASTERCARD = "5555 5555 5555 4444";
const DECLINED = "4000 0000 0000 0002";
const WANTS_THE_USER = "4000 0000 0000 3220";

/** Cards are saved, and the balance is topped up from them. */
export const CARDS: readonly Check[] = [
  {
    name: "a card is saved once, masked, and only when its number is right",
    run: async ({ send, userNo, found }) => {
      expectProblem(await send(`GET /kart-saklama-listesi?userNo=${userNo}`), 404, "no_cards");
      const saved = await send("POST /kart-saklama", { json: { userNo, cardNo: VISA } });
      expectAnswer(saved, 201);
      const { cardId, maskedNumber, selected, verified } = saved.body.card;
      expectEqual("card", [maskedNumber, selected, verified], ["424242******4242", true, true]);
      found.set("visa", cardId);
      const again = await send("POST /kart-saklama", { json: { userNo, cardNo: VISA } });
      expectProblem(again, 409, "duplicate_card");
      const wrong = await send("POST /kart-saklama", {
        json: { userNo, cardNo: "1234 5678 1234 1334" },
      });
      expectProblem(wrong, 422, "invalid_card_number");
    },
  },
  {
    name: "another card is saved, selected and listed",
    run: async ({ send, userNo, found }) => {
      const saved = await send("POST /kart-saklama", { json: { userNo, cardNo: MASTERCARD } });
      expectAnswer(saved, 201);
      const { cardId } = saved.body.card;
      found.set("mastercard", cardId);
      expectAnswer(await send(`PUT /secili-kart?userNo=${userNo}&cardId=${cardId}`), 200);
      const list = await send(`GET /kart-saklama-listesi?userNo=${userNo}`);
      expectAnswer(list, 200);
      expectEqual("selectedCard", list.body.selectedCard.cardId, cardId);
      expectEqual("cards", list.body.cards.map((card: { brand: string }) => card.brand), [
        "visa",
        "mastercard",
      ]);
    },
  },
  {
    name: "a top-up is credited once, from the selected card",
    run: async ({ send, userNo, found }) => {
      const line = `POST /update_balance?userNo=${userNo}&balance=50`;
      const key = `${userNo}-top-up`;
      let topUp = await send(line, { key });
      // While the outcome is pending, the same request asks for it.
      for (let asked = 1; topUp.status === 202 && asked < PENDING_MAX; asked++) {
        topUp = await send(line, { key });
      }
      expectAnswer(topUp, 201, { status: "credited", amount: "50.00", balance: "150.00" });
      expectEqual("card", topUp.body.card.cardId, found.get("mastercard"));
      expectReplay(await send(line, { key }), topUp);
      found.set("topUp", topUp.body.topUpId);
    },
  },
  {
    name: "a top-up is shown",
    run: async ({ send, userNo, found }) => {
      const shown = await send(`GET /update_balance/${found.get("topUp")}?userNo=${userNo}`);
      expectAnswer(shown, 200, { status: "credited", amount: "50.00" });
    },
  },
  {
    name: "a declined card tops nothing up",
    run: async ({ send, userNo }) => {
      const saved = await send("POST /kart-saklama", { json: { userNo, cardNo: DECLINED } });
      expectAnswer(saved, 201);
      const { cardId } = saved.body.card;
      const declined = await send("POST /update_balance", {
        json: { userNo, balance: "5.00", cardId },
      });
      expectProblem(declined, 402, "card_declined");
      const removed = await send(`DELETE /kart-saklama?userNo=${userNo}&cardId=${cardId}`);
      expectAnswer(removed, 200);
    },
  },
  {
    name: "a bank sees the user first, and the top-up is credited when they come back, once",
    run: async ({ send, userNo }) => {
      const saved = await send("POST /kart-saklama", { json: { userNo, cardNo: WANTS_THE_USER } });
      expectAnswer(saved, 201);
      const { cardId } = saved.body.card;
      const json = { userNo, balance: "7.00", cardId };
      const key = `${userNo}-3ds`;
      const asked = await send("POST /update_balance", { json, key });
      expectAnswer(asked, 202, { status: "requires_action", balance: "150.00" });
      const { topUpId, action } = asked.body;
      const page = `/update_balance/${topUpId}/3ds`;
      expectEqual("path of the action", new URL(action.url).pathname.endsWith(page), true);
      // A browser has neither key nor session.
      const shown = await send(`GET ${page}`, { bearer: null });
      expectAnswer(shown, 200);
      const back = `POST /update_balance/${topUpId}/donus`;
      const form = { reference: topUpId, providerRef: `sbx_${topUpId}`, result: "approve" };
      for (const result of ["approve", "refuse"]) {
        expectAnswer(await send(back, { bearer: null, form: { ...form, result } }), 200);
      }
      expectAnswer(await send(`GET /update_balance/${topUpId}/donus`, { bearer: null }), 200);
      const credited = await send("POST /update_balance", { json, key });
      expectAnswer(credited, 201, { topUpId, status: "credited", balance: "157.00" });
      const refund = await send("POST /karta-iade", { json: { userNo, topUpId } });
      expectAnswer(refund, 201, { status: "completed", amount: "7.00", balance: "150.00" });
      expectAnswer(await send("DELETE /kart-saklama", { json: { userNo, cardId } }), 200);
    },
  },
  {
    name: "a webhook that nobody signed is refused",
    run: async ({ send, found }) => {
      const line = `POST /webhook/sandbox/${found.get("fleet")}`;
      expectProblem(await send(line, { bearer: null, json: {} }), 401, "unauthenticated");
    },
  },
];
