import { assertEquals, assertFalse } from "@std/assert";
import { SCOPES } from "../../domain/auth.ts";
import { sendWell } from "../support/answers.ts";
import { HOUR, NOW } from "../support/clock.ts";
import {
  createUser,
  FLEET_KEY,
  newUser,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { makeKey } from "../support/named_keys.ts";
import { assertInvalidFields } from "../support/route_answers.ts";

const AUDIT = "GET /filo/denetim";
const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };

interface Shown {
  readonly createdAt: string;
  readonly operation: string;
  readonly userNo: string | null;
  readonly key?: string;
}

async function listAudit(kese: TestKese, query = ""): Promise<readonly Shown[]> {
  return (await sendWell(kese, `${AUDIT}${query}`)).body.data;
}

async function operationsOf(kese: TestKese, query = ""): Promise<readonly string[]> {
  return (await listAudit(kese, query)).map(({ operation }) => operation);
}

Deno.test(`${AUDIT} shows who asked for what and how it ended, newest first`, async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { key, keyId } = await makeKey(kese, ["read"]);
  const session = await signIn(kese, "1");
  kese.clock.advance(1_000);
  let place = 0;
  const go = async (line: string, request = {}) => {
    kese.clock.advance(1);
    const headers = { "x-request-id": `r${++place}` };
    return await send(kese, line, { headers, ...request });
  };
  await go("GET /bakiye", { bearer: session });
  await go("GET /bakiye?userNo=1", { bearer: key });
  await go("POST /kart-saklamali-odeme", { bearer: key, json: { userNo: "1", amount: "1" } });
  await go("PUT /kullanici", { json: { userNo: "1", name: "Ada", email: "a@b.de" } });
  await go("POST /authenticate_first_route", { bearer: null, json: { userNo: "1" } });
  const { body, text } = await sendWell(kese, `${AUDIT}?limit=5`);
  const at = (place: number) => `2026-01-01T00:00:01.00${place}Z`;
  const ofUser = { userNo: "1", status: 200, code: null };
  assertEquals(body.data, [
    {
      createdAt: at(5),
      requestId: "r5",
      who: "anonymous",
      userNo: "1",
      operation: "create_code",
      status: 201,
      code: null,
      peer: "unknown",
    },
    {
      createdAt: at(4),
      requestId: "r4",
      who: "fleet",
      operation: "change_user",
      fields: ["name", "email"],
      ...ofUser,
    },
    {
      createdAt: at(3),
      requestId: "r3",
      who: "fleet",
      key: keyId,
      userNo: null,
      operation: "pay",
      status: 403,
      code: "forbidden",
    },
    {
      createdAt: at(2),
      requestId: "r2",
      who: "fleet",
      key: keyId,
      operation: "get_balance",
      ...ofUser,
    },
    { createdAt: at(1), requestId: "r1", who: "session", operation: "get_balance", ...ofUser },
  ]);
  for (const secret of [key, session, FLEET_KEY, "a@b.de"]) assertFalse(text.includes(secret));
  assertEquals(await operationsOf(kese, `?key=${keyId}`), ["pay", "get_balance"]);
  assertEquals(await operationsOf(kese, "?userNo=1&limit=2"), ["create_code", "change_user"]);
});

Deno.test(`${AUDIT} shows each record once, page by page, and of its own fleet alone`, async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await createUser(kese, "1", "5", "other");
  for (let count = 0; count < 12; count++) {
    kese.clock.advance(1);
    await send(kese, `GET /bakiye?userNo=${count % 2}`, count % 3 === 0 ? OTHER : {});
    if (count % 4 === 0) await kese.dependencies.audit.flush();
  }
  const { body: { data: whole } } = await sendWell(kese, `${AUDIT}?limit=100`);
  assertEquals(whole.length, 9);
  const paged: Shown[] = [];
  for (let cursor = ""; cursor !== "end";) {
    const { body } = await sendWell(kese, `${AUDIT}?userNo=1&limit=2${cursor}`);
    paged.push(...body.data);
    cursor = body.nextCursor === null ? "end" : `&cursor=${body.nextCursor}`;
  }
  assertEquals(paged, whole.filter(({ userNo }: Shown) => userNo === "1"));
  const { body: { data: others } } = await sendWell(kese, AUDIT, OTHER);
  assertEquals(others.map(({ operation }: Shown) => operation), [
    ...Array.from({ length: 4 }, () => "get_balance"),
    "create_user",
  ]);
  const { key, keyId } = await makeKey(kese, SCOPES, OTHER);
  await send(kese, "GET /bakiye?userNo=1", { ...OTHER, bearer: key });
  assertEquals(await listAudit(kese, `?key=${keyId}`), []);
});

Deno.test(`${AUDIT} takes days of the fleet's time zone, and instants`, async () => {
  await using kese = await openTestKese();
  // 1 January begins in Istanbul three hours before it does in UTC.
  const names: readonly [number, string][] = [[20, "a"], [21, "b"], [44, "c"], [45, "d"]];
  for (const [hour, userNo] of names) {
    kese.clock.advance(NOW + hour * HOUR - kese.clock.now());
    await sendWell(kese, "POST /create_user", { json: newUser(userNo) });
  }
  const usersOf = async (query: string) => {
    const records = await listAudit(kese, query);
    return records.filter(({ operation }) => operation === "create_user")
      .map(({ userNo }) => userNo).join("");
  };
  assertEquals(await usersOf("?from=2026-01-02&to=2026-01-02"), "cb");
  assertEquals(await usersOf("?from=2026-01-02"), "dcb");
  assertEquals(await usersOf("?to=2026-01-02"), "cba");
  assertEquals(await usersOf("?from=2026-01-01T21:00:00Z&to=2026-01-02T23:00:00%2B03:00"), "b");
});

Deno.test(`${AUDIT} refuses what is no day, no cursor and no id`, async () => {
  await using kese = await openTestKese();
  const table: readonly (readonly [string, string, string])[] = [
    ["from=2026-02-30", "from", "invalid_moment"],
    ["to=tomorrow", "to", "invalid_moment"],
    ["cursor=s1", "cursor", "invalid_cursor"],
    ["cursor=", "cursor", "invalid_cursor"],
    ["from=2026-01-04&to=2026-01-02", "to", "invalid_period"],
    ["limit=101", "limit", "invalid_limit"],
    ["key=", "key", "invalid_id"],
  ];
  for (const [query, field, code] of table) {
    const answer = await send(kese, `${AUDIT}?${query}`);
    assertInvalidFields(answer, "validation_failed", [[field, code]]);
  }
  await createUser(kese, "1");
  await createUser(kese, "2");
  const { body: { nextCursor } } = await sendWell(kese, `${AUDIT}?limit=1`);
  const ofOther = await send(kese, `${AUDIT}?cursor=${nextCursor}`, OTHER);
  assertInvalidFields(ofOther, "validation_failed", [["cursor", "invalid_cursor"]]);
});
