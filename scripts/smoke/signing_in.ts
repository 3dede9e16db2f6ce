import type { Check } from "./check.ts";
import { expectAnswer, expectProblem, expectReplay } from "./client.ts";

const AUTH_CODE = "smoke-test";

/** A user is created and signs in. */
export const SIGNING_IN: readonly Check[] = [
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
];
