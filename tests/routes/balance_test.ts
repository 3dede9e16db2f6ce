import { assertEquals, assertMatch } from "@std/assert";
import { DECLINED, VISA } from "../support/card_numbers.ts";
import { assertProblem } from "../support/answers.ts";
import {
  createUser,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
} from "../support/kese.ts";
import { assertSuccess } from "../support/route_answers.ts";

const MESSAGE = "Bakiye görüntülendi.";

Deno.test("GET /bakiye shows the balance", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "1000.50");
  const shown = {
    message: MESSAGE,
    userNo: "1",
    status: "active",
    balance: "1000.50",
    held: "0.00",
    available: "1000.50",
    currency: "TRY",
    holds: [],
  };
  assertSuccess(await send(kese, "GET /bakiye?userNo=1"), 200, shown);
  const bearer = await signIn(kese, "1");
  assertSuccess(await send(kese, "GET /bakiye?userNo=1", { bearer, filo: null }), 200, shown);
});

Deno.test("GET /bakiye follows every movement of money", async () => {
  await using kese = await openTestKese();
  await send(kese, "POST /create_user", { json: newUser("1", { balance: "0.10" }) });
  const steps = [
    [`POST /kart-saklama?userNo=1&cardNo=${VISA}`, "0.10"],
    ["POST /update_balance?userNo=1&balance=0.20", "0.30"],
    ["POST /kart-saklamali-odeme?userNo=1&amount=0.30", "0.00"],
    ["POST /kart-saklamali-odeme?userNo=1&amount=0.01", "0.00"],
    ["POST /iade?userNo=1&amount=0.07", "0.07"],
    ["POST /iade?userNo=1", "0.30"],
    [`POST /kart-saklama?userNo=1&cardNo=${DECLINED}`, "0.30"],
  ] as const;
  for (const [line, balance] of steps) {
    await send(kese, line);
    const answer = await send(kese, "GET /bakiye?userNo=1");
    assertEquals(answer.body.balance, balance, line);
  }
});

Deno.test("GET /bakiye keeps the users of two fleets apart", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00");
  await createUser(kese, "1", "20.00", "other");
  const other = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };
  assertEquals((await send(kese, "GET /bakiye?userNo=1")).body.balance, "10.00");
  assertEquals((await send(kese, "GET /bakiye?userNo=1", other)).body.balance, "20.00");
});

Deno.test("GET /bakiye does not find a user that does not exist", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "10.00", "other");
  assertProblem(await send(kese, "GET /bakiye?userNo=1"), 404, "user_not_found", {});
});

Deno.test("GET /bakiye answers with the client's own request id when it is safe", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const own of ["ride:2093.a_b-C", "x".repeat(64)]) {
    for (const userNo of ["1", "nobody"]) {
      const headers = { "x-request-id": own };
      const answer = await send(kese, `GET /bakiye?userNo=${userNo}`, { headers });
      assertEquals(answer.headers.get("x-request-id"), own);
    }
  }
});

Deno.test("GET /bakiye makes a request id of its own for one that is not safe", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  for (const unsafe of ["", "two words", "<b>", "x".repeat(65), VISA, `card-${VISA}`]) {
    const headers = { "x-request-id": unsafe };
    const answer = await send(kese, "GET /bakiye?userNo=1", { headers });
    assertMatch(
      answer.headers.get("x-request-id") ?? "",
      /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/,
    );
  }
});
