import type { Check } from "./check.ts";
import { expectAnswer, expectEqual, expectProblem } from "./client.ts";

/** Keys and sessions end, and the user leaves. */
export const LEAVING: readonly Check[] = [
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
