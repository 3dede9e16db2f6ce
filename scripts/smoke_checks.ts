import {
  expectAnswer,
  expectEqual,
  expectProblem,
  expectReplay,
  type Send,
} from "./smoke_client.ts";

/** What checks leave for later ones. */
export interface Findings {
  /** Fails if an earlier check did not find it. */
  get(name: string): string;
  set(name: string, value: unknown): void;
}

interface Walk {
  readonly send: Send;
  /** The user that this walk creates. */
  readonly userNo: string;
  readonly found: Findings;
}

export interface Check {
  readonly name: string;
  run(walk: Walk): Promise<void>;
}

/** Test cards of the sandbox gateway: two that it charges, one that it declines, one whose bank asks. */
const VISA = "4242 4242 4242 4242";
const MASTERCARD = "5555 5555 5555 4444";
const DECLINED = "4000 0000 0000 0002";
const WANTS_THE_USER = "4000 0000 0000 3220";

const AUTH_CODE = "smoke-test";
const PAGE = 4;
const PENDING_MAX = 10;

/** Run from top to bottom: each builds on those before it, and together they ask every route. */
export const CHECKS: readonly Check[] = [
  {
    name: "the process answers",
    run: async ({ send }) =>
      expectAnswer(await send("GET /health/live", { bearer: null }), 200, { status: "ok" }),
  },
  {
    name: "the root says what this is",
    run: async ({ send }) =>
      expectAnswer(await send("GET /", { bearer: null }), 200, { name: "Kese" }),
  },
  {
    name: "its stores answer",
    run: async ({ send }) =>
      expectAnswer(await send("GET /health/ready", { bearer: null }), 200, { status: "ok" }),
  },
  {
    name: "nobody gets in without a key",
    run: async ({ send, userNo }) =>
      expectProblem(
        await send(`GET /bakiye?userNo=${userNo}`, { bearer: null }),
        401,
        "unauthenticated",
      ),
  },
  {
    name: "an unknown route is answered as such",
    run: async ({ send }) => expectProblem(await send("GET /no-such-route"), 404, "not_found"),
  },
  {
    name: "an unknown user is answered as such",
    run: async ({ send, userNo }) =>
      expectProblem(await send(`GET /bakiye?userNo=${userNo}`), 404, "user_not_found"),
  },
  {
    name: "a user is created once",
    run: async ({ send, userNo }) => {
      const json = {
        userNo,
        authCode: AUTH_CODE,
        name: "Smoke",
        surname: "Test",
        birthDate: "1990-01-01",
        phoneNumber: "555-5555",
        email: "smoke.test@example.com",
        balance: 100,
      };
      const key = `${userNo}-create`;
      const first = await send("POST /create_user", { json, key });
      expectAnswer(first, 201, { userNo, balance: "100.00", currency: "TRY", cards: [] });
      expectReplay(await send("POST /create_user", { json, key }), first);
      expectProblem(await send("POST /create_user", { json }), 409, "user_exists");
    },
  },
  {
    name: "a user signs in, with a code that works once",
    run: async ({ send, userNo, found }) => {
      const first = await send("POST /authenticate_first_route", {
        json: { userNo, authCode: AUTH_CODE },
      });
      expectAnswer(first, 201, { delivery: "response" });
      const request = {
        bearer: String(first.body.code),
        headers: { filo: found.get("fleet"), userNo },
      };
      const second = await send("POST /authenticate_second_route", request);
      expectAnswer(second, 201);
      found.set("session", second.body.token);
      const again = await send("POST /authenticate_second_route", request);
      expectProblem(again, 401, "authentication_failed");
    },
  },
  {
    name: "a session sees its own user and nobody else",
    run: async ({ send, userNo, found }) => {
      const bearer = found.get("session");
      expectAnswer(await send("GET /bakiye", { bearer }), 200, { userNo, balance: "100.00" });
      const own = await send(`GET /bakiye?userNo=${userNo}`, { bearer });
      expectAnswer(own, 200, { userNo, balance: "100.00", currency: "TRY" });
      expectProblem(await send("GET /bakiye?userNo=another", { bearer }), 403, "forbidden");
    },
  },
  {
    name: "a profile is shown and changed, an authCode replaced, and every session ended",
    run: async ({ send, userNo, found }) => {
      const bearer = found.get("session");
      const changed = await send("PUT /kullanici", {
        bearer,
        json: { phoneNumber: "0532 123 45 67" },
      });
      expectAnswer(changed, 200, { phoneNumber: "+905321234567", status: "active" });
      const forbidden = await send("PUT /kullanici", { bearer, json: { name: "Another" } });
      expectProblem(forbidden, 403, "forbidden");
      expectAnswer(await send(`GET /kullanici?userNo=${userNo}`), 200, { name: "Smoke" });
      const json = { authCode: `${AUTH_CODE}-2`, currentAuthCode: AUTH_CODE };
      expectAnswer(await send("PUT /kullanici/auth-kodu", { bearer, json }), 200);
      expectAnswer(await send("GET /bakiye", { bearer }), 200);
      const { body: { code } } = await send("POST /authenticate_first_route", { json: { userNo } });
      const headers = { filo: found.get("fleet"), userNo };
      const request = { bearer: String(code), headers };
      const { body: { token } } = await send("POST /authenticate_second_route", request);
      expectAnswer(await send("DELETE /oturumlar", { bearer: token }), 200, { ended: 2 });
      expectProblem(await send("GET /bakiye", { bearer }), 401, "unauthenticated");
      const again = await send("POST /authenticate_first_route", { json: { userNo } });
      const second = await send("POST /authenticate_second_route", {
        bearer: String(again.body.code),
        headers,
      });
      expectAnswer(second, 201);
      found.set("session", second.body.token);
    },
  },
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
  {
    name: "the fleet sees what became of its events",
    run: async ({ send }) => {
      expectAnswer(await send("GET /filo/olaylar?limit=1"), 200);
      const again = await send("POST /filo/olaylar/none/yeniden");
      expectProblem(again, 404, "event_not_found");
    },
  },
  {
    name: "the journal has no gap and adds up to the balance",
    run: async ({ send, userNo }) => {
      const entries: { readonly seq: number; readonly delta: string }[] = [];
      for (let cursor = ""; cursor !== "end";) {
        const page = await send(`GET /islemler?userNo=${userNo}&limit=${PAGE}${cursor}`);
        expectAnswer(page, 200);
        entries.push(...page.body.data);
        cursor = page.body.nextCursor === null ? "end" : `&cursor=${page.body.nextCursor}`;
      }
      const { length } = entries;
      expectEqual(
        "seq",
        entries.map(({ seq }) => seq),
        entries.map((_entry, place) => length - place),
      );
      const kurus = entries.reduce((sum, { delta }) => sum + Math.round(Number(delta) * 100), 0);
      const balance = (kurus / 100).toFixed(2);
      expectAnswer(await send(`GET /bakiye?userNo=${userNo}`), 200, { balance });
      expectEqual("the total", balance, "150.00");
    },
  },
  {
    name: "the fleet sees the same entries among all of its own",
    run: async ({ send, userNo }) => {
      const own = await send(`GET /islemler?userNo=${userNo}&limit=100`);
      const page = await send("GET /filo/islemler?limit=100");
      expectAnswer(page, 200);
      const seen = page.body.data.filter((entry: { userNo: string }) => entry.userNo === userNo);
      const [newest] = own.body.data;
      expectEqual("the newest entry", seen[0], { ...newest, userNo });
    },
  },
  {
    name: "the fleet's day closes with its opening and all that moved",
    run: async ({ send }) => {
      const yesterday = new Date(Date.now() - 86_400_000).toISOString().slice(0, 10);
      const { status, body } = await send(`GET /filo/gun-sonu?gun=${yesterday}`);
      expectEqual("the status", status, 200);
      const kurus = (amount: string): number => Math.round(Number(amount) * 100);
      const moved = body.movements.reduce(
        (sum: number, { delta }: { readonly delta: string }) => sum + kurus(delta),
        kurus(body.opening),
      );
      expectEqual("the closing", kurus(body.closing), moved);
    },
  },
  {
    name: "the fleet finds a user by number and status",
    run: async ({ send, userNo }) => {
      const page = await send(`GET /filo/kullanicilar?q=${userNo}&status=active`);
      expectAnswer(page, 200);
      const seen = page.body.data.map((user: { userNo: string }) => user.userNo);
      expectEqual("users", seen, [userNo]);
    },
  },
  {
    name: "a user sees all that is kept",
    run: async ({ send, userNo, found }) => {
      const data = await send("GET /kullanici/verilerim", { bearer: found.get("session") });
      expectAnswer(data, 200, { userNo, balance: "150.00" });
      const seqs = data.body.entries.map(({ seq }: { readonly seq: number }) => seq);
      expectEqual("entries", seqs.length, seqs[0]);
      expectEqual("name", data.body.profile.name, "Smoke");
    },
  },
  {
    name: "a session ends at logout",
    run: async ({ send, userNo, found }) => {
      const bearer = found.get("session");
      expectAnswer(await send("POST /logout", { bearer }), 204);
      const after = await send(`GET /bakiye?userNo=${userNo}`, { bearer });
      expectProblem(after, 401, "unauthenticated");
    },
  },
  {
    name: "a named key does what its scopes allow, until it is revoked",
    run: async ({ send, userNo, found }) => {
      const line = "POST /filo/anahtarlar";
      const request = { json: { name: "Smoke", scopes: ["read"] }, key: `${userNo}-key` };
      const made = await send(line, request);
      expectAnswer(made, 201, { name: "Smoke", scopes: ["read"] });
      expectProblem(await send(line, request), 409, "key_shown_once");
      const { key: bearer, keyId } = made.body;
      const own = { bearer, headers: { filo: found.get("fleet") } };
      expectAnswer(await send(`GET /bakiye?userNo=${userNo}`, own), 200);
      const payment = { json: { userNo, amount: "1.00" }, ...own };
      expectProblem(await send("POST /kart-saklamali-odeme", payment), 403, "forbidden");
      const list = await send("GET /filo/anahtarlar");
      expectAnswer(list, 200);
      expectEqual("the newest key", list.body.data[0].keyId, keyId);
      expectAnswer(await send(`DELETE /filo/anahtarlar?keyId=${keyId}`), 200, { keyId });
      const after = await send(`GET /bakiye?userNo=${userNo}`, own);
      expectProblem(after, 401, "unauthenticated");
    },
  },
  {
    name: "the audit has what was asked",
    run: async ({ send }) => {
      const audit = await send("GET /filo/denetim?limit=1");
      expectAnswer(audit, 200);
      expectEqual("records", audit.body.data.length, 1);
    },
  },
  {
    name: "a user who leaves is closed and erased, and the journal stays",
    run: async ({ send, userNo }) => {
      const json = { userNo };
      expectProblem(await send("DELETE /kullanici", { json }), 409, "account_not_closed");
      const debit = { ...json, direction: "debit", amount: "150.00", reason: "cash" };
      expectAnswer(await send("POST /bakiye-duzeltme", { json: debit }), 201, { balance: "0.00" });
      expectAnswer(await send("POST /hesap/kapat", { json }), 200, { status: "closed" });
      expectAnswer(await send("DELETE /kullanici", { json }), 200);
      expectProblem(await send(`GET /kullanici?userNo=${userNo}`), 404, "user_not_found");
      const { body } = await send(`GET /islemler?userNo=${userNo}&limit=1`);
      expectEqual("type", body.data[0].type, "account_erased");
      expectAnswer(await send("DELETE /kullanici", { json }), 200);
    },
  },
];
