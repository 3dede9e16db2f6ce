import { assertEquals } from "@std/assert";
import type { AuditRecord } from "../../domain/ports/audit.ts";
import { assertProblem, sendWell } from "../support/answers.ts";
import { VISA } from "../support/card_numbers.ts";
import {
  createUser,
  FLEET_KEY,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
  type TestRequest,
} from "../support/kese.ts";
import { assertInvalidFields, assertSuccess } from "../support/route_answers.ts";
import { onBothStores } from "../support/two_instances.ts";

const PERSON = {
  userNo: "1",
  status: "active",
  name: "John",
  surname: "Doe",
  birthDate: "1990-01-01",
  phoneNumber: "5555555",
  email: "john.doe@example.com",
  createdAt: "2026-01-01T00:00:00.000Z",
  counts: { cards: 0, entries: 1, openHolds: 0, openTopUps: 0 },
};
const FOUND = "Kullanıcı görüntülendi.";
const CHANGED = "Kullanıcı bilgileri güncellendi.";

function change(kese: TestKese, json: object, request: TestRequest = {}) {
  return send(kese, "PUT /kullanici", { ...request, json: { userNo: "1", ...json } });
}

Deno.test("GET /kullanici shows the profile, since when it is there, and how much is kept", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  kese.clock.advance(60_000);
  const first = await send(kese, "GET /kullanici?userNo=1");
  assertSuccess(first, 200, { message: FOUND, ...PERSON });
  await sendWell(kese, `POST /kart-saklama?userNo=1&cardNo=${VISA}`);
  await sendWell(kese, "POST /provizyon?userNo=1&amount=1&expiresInMinutes=5");
  for (let paid = 0; paid < 40; paid++) {
    await sendWell(kese, "POST /kart-saklamali-odeme?userNo=1&amount=0.01");
  }
  await sendWell(kese, "POST /hesap/dondur?userNo=1");
  const bearer = await signIn(kese, "1");
  const counts = { cards: 1, entries: 44, openHolds: 1, openTopUps: 0 };
  const later = { message: FOUND, ...PERSON, status: "frozen" };
  assertSuccess(await send(kese, "GET /kullanici", { bearer }), 200, { ...later, counts });
  kese.clock.advance(5 * 60_000);
  const expired = await send(kese, "GET /kullanici?userNo=1");
  assertSuccess(expired, 200, { ...later, counts: { ...counts, openHolds: 0 } });
  assertProblem(await send(kese, "GET /kullanici?userNo=2"), 404, "user_not_found", {});
});

Deno.test("PUT /kullanici changes what it is given, normalised as for a new user", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const answer = await change(kese, {
    name: " Çağrı ".normalize("NFD"),
    birthDate: "1991-02-03",
    phoneNumber: "0532 123 45 67",
    email: "cagri@IŞIK.com.tr".normalize("NFD"),
  });
  const changed = {
    ...PERSON,
    name: "Çağrı",
    birthDate: "1991-02-03",
    phoneNumber: "+905321234567",
    email: "cagri@xn--isik-cwa.com.tr",
  };
  assertEquals({ ...answer.body, email: "" }, { message: CHANGED, ...changed, email: "" });
  const again = await change(kese, { surname: "Öztürk" });
  const { email } = answer.body;
  assertSuccess(again, 200, { message: CHANGED, ...changed, email, surname: "Öztürk" });
  const shown = await send(kese, "GET /kullanici?userNo=1");
  assertSuccess(shown, 200, { ...again.body, message: FOUND });
});

Deno.test("PUT /kullanici has a session change telephone and e-mail alone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const bearer = await signIn(kese, "1");
  const own = { phoneNumber: "+905321234567", email: "new@example.com" };
  const changed = await change(kese, own, { bearer });
  assertSuccess(changed, 200, { message: CHANGED, ...PERSON, ...own });
  const refused = await change(kese, { ...own, name: "A", birthDate: "1990-01-02" }, { bearer });
  const others = [["name", "forbidden"], ["birthDate", "forbidden"]] as const;
  assertInvalidFields(refused, "forbidden", others, 403);
  assertInvalidFields(await change(kese, {}, { bearer }), "validation_failed", [
    ["phoneNumber", "missing_parameter"],
    ["email", "missing_parameter"],
  ]);
  const shown = await send(kese, "GET /kullanici?userNo=1");
  assertSuccess(shown, 200, { message: FOUND, ...PERSON, ...own });
});

Deno.test("PUT /kullanici names every field that is wrong, and one at least has to be there", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const invalid = await change(kese, {
    name: "",
    surname: VISA,
    birthDate: "yesterday",
    phoneNumber: "12",
    email: "none",
  });
  assertInvalidFields(invalid, "validation_failed", [
    ["name", "invalid_text"],
    ["surname", "holds_card_number"],
    ["birthDate", "invalid_date"],
    ["phoneNumber", "invalid_phone_number"],
    ["email", "invalid_email"],
  ]);
  const fields = ["name", "surname", "birthDate", "phoneNumber", "email"];
  assertInvalidFields(
    await change(kese, {}),
    "validation_failed",
    fields.map((field) => [field, "missing_parameter"]),
  );
  assertProblem(await change(kese, { authCode: "x" }), 400, "unknown_parameter");
  assertProblem(await change(kese, { userNo: "2", name: "A" }), 404, "user_not_found", {});
  assertEquals((await send(kese, "GET /kullanici?userNo=1")).body, { message: FOUND, ...PERSON });
});

Deno.test("PUT /kullanici and PUT /kullanici/auth-kodu have the audit name fields, and never values", async () => {
  const records: AuditRecord[] = [];
  await using kese = await openTestKese();
  const { audit } = kese.store;
  const write = (batch: readonly AuditRecord[]) => Promise.resolve(void records.push(...batch));
  Object.assign(audit, { write });
  await createUser(kese, "1");
  await change(kese, { name: "Gizlioğlu", email: "gizli@example.com" });
  await change(kese, { name: "" });
  const json = { userNo: "1", authCode: "gizli kod" };
  await sendWell(kese, "PUT /kullanici/auth-kodu", { json });
  await kese.dependencies.audit.flush();
  const named = records.map(({ operation, status, fields }) => [operation, status, fields]);
  assertEquals(named, [
    ["create_user", 201, undefined],
    ["change_user", 200, "name,email"],
    ["change_user", 422, undefined],
    ["change_auth_code", 200, "authCode"],
  ]);
  assertEquals(/gizli/i.test(JSON.stringify(records) + kese.lines.join("\n")), false);
});

function codeFor(kese: TestKese, authCode: string) {
  const json = { userNo: "1", authCode };
  return send(kese, "POST /authenticate_first_route", { bearer: null, json });
}

onBothStores(
  "PUT /kullanici/auth-kodu ends every other session and waiting code, on every instance",
  async ([first, second]) => {
    await createUser(first, "1");
    const [own, other] = [await signIn(first, "1"), await signIn(second, "1")];
    const { body: { code } } = await codeFor(first, "secret-1");
    const json = { authCode: "another", currentAuthCode: "secret-1" };
    const changed = await send(first, "PUT /kullanici/auth-kodu", { bearer: own, json });
    assertSuccess(changed, 200, {
      message: "authCode değiştirildi; diğer oturumlar sonlandırıldı.",
    });
    const look = (bearer: string) => send(second, "GET /bakiye", { bearer });
    assertEquals([(await look(own)).status, (await look(other)).status], [200, 401]);
    const late = await send(second, "POST /authenticate_second_route", {
      bearer: code,
      headers: { userNo: "1" },
    });
    assertProblem(late, 401, "authentication_failed", {});
    assertProblem(await codeFor(second, "secret-1"), 401, "authentication_failed", {});
    assertEquals((await codeFor(second, "another")).status, 201);
    // The fleet needs no old one, and no session is its own.
    const byFleet = { json: { userNo: "1", authCode: "third" } };
    await sendWell(second, "PUT /kullanici/auth-kodu", byFleet);
    assertEquals((await look(own)).status, 401);
    assertEquals((await codeFor(first, "third")).status, 201);
  },
);

Deno.test("PUT /kullanici/auth-kodu takes a session's authCode only with the current one, and counts wrong ones", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const bearer = await signIn(kese, "1");
  const put = (json: object, request: TestRequest = { bearer }) =>
    send(kese, "PUT /kullanici/auth-kodu", { ...request, json });
  const missing = [["currentAuthCode", "missing_parameter"]] as const;
  assertInvalidFields(await put({ authCode: "new" }), "missing_parameter", missing, 400);
  const wrong = { authCode: "new", currentAuthCode: "wrong" };
  for (let attempt = 0; attempt < 10; attempt++) {
    assertProblem(await put(wrong), 401, "authentication_failed", {});
  }
  assertProblem(await put({ ...wrong, currentAuthCode: "secret-1" }), 429, "rate_limited");
  // Guessing at one door closes the other.
  assertProblem(await codeFor(kese, "secret-1"), 429, "rate_limited");
  assertProblem(await put({ ...wrong, userNo: "1" }, {}), 401, "authentication_failed", {});
  assertProblem(await put({ userNo: "2", authCode: "x" }, {}), 404, "user_not_found", {});
  assertEquals((await put({ userNo: "1", authCode: "new" }, {})).status, 200);
  assertEquals((await codeFor(kese, "new")).status, 429);
});

Deno.test("POST /authenticate_first_route gives no code for an authCode that was changed while it was checked", async () => {
  const changing = Promise.withResolvers<void>();
  const verifying = Promise.withResolvers<void>();
  await using kese = await openTestKese({
    hasher: {
      hash: (secret) => Promise.resolve(`hash of ${secret}`),
      verify: async (secret, hash) => {
        verifying.resolve();
        await changing.promise;
        return hash === `hash of ${secret}`;
      },
    },
  });
  await createUser(kese, "1");
  const asked = codeFor(kese, "secret-1");
  await verifying.promise;
  const json = { userNo: "1", authCode: "another" };
  await sendWell(kese, "PUT /kullanici/auth-kodu", { json });
  changing.resolve();
  assertProblem(await asked, 401, "authentication_failed", {});
});

onBothStores("DELETE /oturumlar ends every session, on every instance", async ([first, second]) => {
  await createUser(first, "1");
  await createUser(first, "2");
  const sessions = [await signIn(first, "1"), await signIn(second, "1")];
  const other = await signIn(first, "2");
  await codeFor(first, "secret-1");
  const [own = "", another = ""] = sessions;
  const ended = await send(second, "DELETE /oturumlar", { bearer: own });
  assertSuccess(ended, 200, { message: "Oturumlar sonlandırıldı.", ended: 2 });
  for (const bearer of [own, another]) {
    assertProblem(await send(first, "GET /bakiye", { bearer }), 401, "unauthenticated", {});
  }
  assertEquals((await send(first, "GET /bakiye", { bearer: other })).status, 200);
  const again = await send(first, "DELETE /oturumlar?userNo=1");
  assertSuccess(again, 200, { message: "Oturumlar sonlandırıldı.", ended: 0 });
  assertProblem(await send(first, "DELETE /oturumlar?userNo=3"), 404, "user_not_found", {});
});

onBothStores("a closed account lets nobody in and changes no profile", async ([first, second]) => {
  await createUser(first, "1", "0");
  const { body: { code } } = await codeFor(first, "secret-1");
  await sendWell(first, "POST /hesap/kapat?userNo=1");
  const ask = (json: object, bearer: string | null) =>
    send(second, "POST /authenticate_first_route", {
      bearer,
      json: { userNo: "1", ...json },
      headers: { "x-request-id": "same" },
    });
  assertProblem(await ask({}, FLEET_KEY), 409, "account_closed", {});
  assertProblem(await ask({ authCode: "secret-1" }, FLEET_KEY), 409, "account_closed", {});
  const [closed, nobody] = [
    await ask({ authCode: "secret-1" }, null),
    await ask({ userNo: "nobody", authCode: "secret-1" }, null),
  ];
  assertProblem(closed, 401, "authentication_failed", {});
  assertEquals(closed.text, nobody.text);
  assertEquals((await ask({}, null)).text, (await ask({ userNo: "nobody" }, null)).text);
  await second.dependencies.codeSender.settled();
  assertEquals(second.sentCodes.size, 0);
  const late = { bearer: code, headers: { userNo: "1" } };
  const session = await send(second, "POST /authenticate_second_route", late);
  assertProblem(session, 401, "authentication_failed", {});
  assertProblem(await change(second, { name: "A" }), 409, "account_closed", {});
  const json = { userNo: "1", authCode: "another" };
  const changed = await send(second, "PUT /kullanici/auth-kodu", { json });
  assertProblem(changed, 409, "account_closed", {});
  const { status, body } = await send(second, "GET /kullanici?userNo=1");
  assertEquals([status, body.status, body.name], [200, "closed", newUser("1").name]);
});

onBothStores(
  "POST /authenticate_second_route leaves no session of an account that is closed meanwhile",
  async ([first, second]) => {
    await createUser(first, "1", "0");
    const { body: { code } } = await codeFor(first, "secret-1");
    const { auth } = second.store;
    const addSession = auth.addSession.bind(auth);
    // Closed, and its sessions ended, just before the session is added.
    Object.assign(auth, {
      addSession: async (...session: Parameters<typeof addSession>) => {
        await sendWell(first, "POST /hesap/kapat?userNo=1");
        await addSession(...session);
      },
    });
    const late = { bearer: code, headers: { userNo: "1" } };
    const answer = await send(second, "POST /authenticate_second_route", late);
    assertProblem(answer, 401, "authentication_failed", {});
    assertEquals(await auth.endSessions({ filo: "hergele", userNo: "1" }), 0);
  },
);
