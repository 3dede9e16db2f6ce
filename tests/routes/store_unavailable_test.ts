import { assertEquals } from "@std/assert";
import { StoreUnavailableError } from "../../domain/ports/errors.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";
import {
  assertNoFault,
  assertProblem,
  assertReplays,
  linesWith,
  saveCard,
  stateOf,
} from "../support/answers.ts";
import { replaceMethods } from "../support/faults.ts";
import {
  createUser,
  newUser,
  openTestKese,
  send,
  signIn,
  type TestRequest,
} from "../support/kese.ts";

type Part = "accounts" | "journal" | "auth" | "people" | "vault";

interface Case {
  readonly line: string;
  /** What is away, by part and method. */
  readonly away: readonly [part: Part, method: string];
  readonly request?: TestRequest;
  readonly bearer?: "session" | "code" | "nobody";
  /** `busy` unless something may have happened. */
  readonly code?: "outcome_unknown";
  /** Its status when the store is back; without it that is a matter of what happened before. */
  readonly afterwards: number;
}

const PAYMENT = "pay_00000000000000000000000000";
const TOP_UP = "top_00000000000000000000000000";
const CARD = { json: { userNo: "1", cardNo: "5555 5555 5555 4444" } };
const NEW_USER = { json: newUser("2", { allCards: ["4242 4242 4242 4242"] }) };
const LOAD = ["accounts", "load"] as const;
const USER = { headers: { userNo: "1" } };

const CASES: readonly Case[] = [
  { line: "GET /bakiye?userNo=1", away: LOAD, afterwards: 200 },
  { line: "GET /kart-saklama-listesi?userNo=1", away: LOAD, afterwards: 200 },
  { line: "GET /islemler?userNo=1", away: ["journal", "list"], afterwards: 200 },
  {
    line: `GET /kart-saklamali-odeme/${PAYMENT}?userNo=1`,
    away: ["journal", "findPayment"],
    afterwards: 404,
  },
  {
    line: `GET /update_balance/${TOP_UP}?userNo=1`,
    away: ["journal", "find"],
    afterwards: 404,
  },
  {
    line: "GET /bakiye?userNo=1",
    bearer: "session",
    away: ["auth", "findSession"],
    afterwards: 200,
  },
  {
    line: "POST /kart-saklamali-odeme?userNo=1&amount=1",
    // The embedded store is asked for a key, however warm the account is.
    request: { headers: { "idempotency-key": "one" } },
    away: LOAD,
    afterwards: 201,
  },
  { line: "POST /kart-saklama", request: CARD, away: ["vault", "put"], afterwards: 201 },
  { line: "POST /create_user", request: NEW_USER, away: ["vault", "put"], afterwards: 201 },
  {
    line: "POST /authenticate_first_route",
    request: USER,
    away: ["people", "authCodeHash"],
    afterwards: 201,
  },
  {
    line: "POST /authenticate_first_route",
    request: USER,
    away: ["auth", "addCode"],
    afterwards: 201,
  },
  {
    line: "POST /authenticate_first_route",
    request: USER,
    bearer: "nobody",
    away: ["auth", "count"],
    afterwards: 201,
  },
  {
    line: "POST /authenticate_second_route",
    request: USER,
    bearer: "code",
    away: ["auth", "takeCode"],
    code: "outcome_unknown",
    afterwards: 201,
  },
  {
    line: "POST /authenticate_second_route",
    request: USER,
    bearer: "code",
    away: ["auth", "addSession"],
    code: "outcome_unknown",
    // The code was taken.
    afterwards: 401,
  },
  {
    line: "PUT /kullanici?userNo=1&name=Ada",
    away: ["people", "change"],
    code: "outcome_unknown",
    afterwards: 200,
  },
  {
    line: "POST /logout",
    bearer: "session",
    away: ["auth", "endSession"],
    code: "outcome_unknown",
    afterwards: 204,
  },
];

/** Takes a method of the store away until the test gives it back. */
function takeAway(store: Store, [part, method]: Case["away"]): () => void {
  const away = () => Promise.reject(new StoreUnavailableError(new Error("10.0.0.7 is away")));
  return replaceMethods(store[part], { [method]: away });
}

for (const { line, away, request = {}, bearer, code = "busy", afterwards } of CASES) {
  Deno.test(`${line} is ${code} when the store is away from ${away.join(".")}`, async () => {
    const store = openSqliteStore(":memory:");
    await using kese = await openTestKese({ store });
    await createUser(kese, "1");
    await saveCard(kese, "1");
    const asked = await send(kese, "POST /authenticate_first_route", USER);
    const bearers = { session: await signIn(kese, "1"), code: asked.body.code, nobody: null };
    const sending = { ...request, ...(bearer && { bearer: bearers[bearer] }) };
    const before = await stateOf(kese, "1");

    const giveBack = takeAway(store, away);
    const answer = await send(kese, line, sending);
    assertProblem(answer, 503, code);
    assertEquals(answer.headers.get("retry-after"), "1");
    assertEquals(answer.text.includes("10.0.0.7"), false, "it says nothing of the inside");
    giveBack();

    assertEquals(await stateOf(kese, "1"), before);
    assertNoFault(kese.lines);
    assertEquals((await send(kese, line, sending)).status, afterwards);
  });
}

Deno.test("POST /update_balance is busy when its key comes again and journal.find is away", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  await createUser(kese, "1");
  await saveCard(kese, "1");
  const topUp = () =>
    send(kese, "POST /update_balance?userNo=1&balance=1", {
      headers: { "idempotency-key": "one" },
    });
  const first = await topUp();
  const before = await stateOf(kese, "1");
  const giveBack = takeAway(store, ["journal", "find"]);
  assertProblem(await topUp(), 503, "busy");
  giveBack();
  assertEquals(await stateOf(kese, "1"), before);
  assertNoFault(kese.lines);
  assertReplays(await topUp(), first);
});

Deno.test("createApp() logs which request found the store away, and why", async () => {
  const store = openSqliteStore(":memory:");
  await using kese = await openTestKese({ store });
  takeAway(store, LOAD);
  await send(kese, "GET /bakiye?userNo=1", { headers: { "x-request-id": "the-request" } });
  const [line = "", ...others] = linesWith(kese.lines, "store_unavailable");
  assertEquals(others, []);
  const { level, operation, requestId, error } = JSON.parse(line);
  assertEquals([level, operation, requestId], ["error", "get_balance", "the-request"]);
  assertEquals(error.includes("10.0.0.7 is away"), true);
});
