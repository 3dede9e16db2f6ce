import { assertEquals } from "@std/assert";
import { assertProblem, sendWell } from "../support/answers.ts";
import {
  type Answer,
  createUser,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  type TestKese,
} from "../support/kese.ts";
import { assertInvalidFields, assertSuccess } from "../support/route_answers.ts";

const PATH = "/filo/kullanicilar";

function find(kese: TestKese, query: Readonly<Record<string, string>> = {}): Promise<Answer> {
  return send(kese, `GET ${PATH}?${new URLSearchParams(query)}`);
}

function numbersOf({ body }: Answer): readonly string[] {
  return body.data.map(({ userNo }: { readonly userNo: string }) => userNo);
}

Deno.test("GET /filo/kullanicilar lists users with their money, page by page", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["2", "1", "10"]) await createUser(kese, userNo);
  await createUser(kese, "11", "5.00", "other");
  await sendWell(kese, "POST /provizyon", { json: { userNo: "1", amount: "30" } });
  const first = await find(kese, { limit: "2" });
  const user = {
    status: "active",
    name: "John",
    surname: "Doe",
    balance: "100.00",
    held: "0.00",
    available: "100.00",
    currency: "TRY",
    createdAt: "2026-01-01T00:00:00.000Z",
  };
  const held = { held: "30.00", available: "70.00" };
  assertSuccess(first, 200, {
    message: "Kullanıcılar listelendi.",
    data: [{ ...user, userNo: "1", ...held }, { ...user, userNo: "10" }],
    nextCursor: "u10",
  });
  const second = await find(kese, { limit: "2", cursor: "u10" });
  assertEquals([numbersOf(second), second.body.nextCursor], [["2"], null]);
  const other = await send(kese, `GET ${PATH}`, { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY });
  assertEquals(numbersOf(other), ["11"]);
});

Deno.test("GET /filo/kullanicilar finds a rider by telephone, however it is written, also in production's URLs", async () => {
  await using kese = await openTestKese({ environment: { allowCardNumberInUrl: false } });
  const rider = { phoneNumber: "0532 123 45 67", email: "Rider@Example.com" };
  await sendWell(kese, "POST /create_user", { json: newUser("1", rider) });
  await createUser(kese, "2");
  for (const phoneNumber of ["05321234567", "+90 532 123 45 67", "532-123-45-67"]) {
    assertEquals(numbersOf(await find(kese, { phoneNumber })), ["1"], phoneNumber);
  }
  assertEquals(numbersOf(await find(kese, { email: "Rider@EXAMPLE.com" })), ["1"]);
  assertEquals(numbersOf(await find(kese, { email: "other@example.com" })), []);
  const change = { userNo: "1", phoneNumber: "0533 765 43 21" };
  await sendWell(kese, "PUT /kullanici", { json: change });
  assertEquals(numbersOf(await find(kese, { phoneNumber: "05321234567" })), []);
  assertEquals(numbersOf(await find(kese, { phoneNumber: "05337654321" })), ["1"]);
  assertProblem(await find(kese, { name: "John" }), 400, "personal_data_in_url");
});

Deno.test("GET /filo/kullanicilar finds nobody who was erased by what was erased", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0");
  await createUser(kese, "2", "0");
  await sendWell(kese, "POST /hesap/kapat?userNo=1");
  await sendWell(kese, "POST /hesap/dondur?userNo=2");
  assertEquals(numbersOf(await find(kese, { email: "john.doe@example.com" })), ["1", "2"]);
  await sendWell(kese, "DELETE /kullanici?userNo=1");
  assertEquals(numbersOf(await find(kese, { email: "john.doe@example.com" })), ["2"]);
  assertEquals(numbersOf(await find(kese, { phoneNumber: "555-5555" })), ["2"]);
  const { body: { data: [erased] } } = await find(kese, { status: "closed" });
  assertEquals([erased.userNo, erased.status, "name" in erased], ["1", "closed", false]);
  assertEquals(numbersOf(await find(kese, { status: "frozen", q: "2" })), ["2"]);
  assertEquals(numbersOf(await find(kese, { status: "active" })), []);
});

Deno.test("GET /filo/kullanicilar names what is wrong with a question", async () => {
  await using kese = await openTestKese();
  const table = [
    [{ phoneNumber: "abc" }, "phoneNumber", "invalid_phone_number"],
    [{ email: "a@" }, "email", "invalid_email"],
    [{ status: "erased" }, "status", "invalid_status"],
    [{ cursor: "10" }, "cursor", "invalid_cursor"],
    [{ limit: "0" }, "limit", "invalid_limit"],
  ] as const;
  for (const [query, field, code] of table) {
    assertInvalidFields(await find(kese, query), "validation_failed", [[field, code]]);
  }
  assertInvalidFields(await find(kese, { q: "a b" }), "invalid_user_no", [[
    "q",
    "invalid_user_no",
  ]]);
});
