import { assert, assertEquals, assertRejects } from "@std/assert";
import { EXPORT_PAGE, EXPORTS_PER_FLEET } from "../../domain/limits.ts";
import type { FleetJournal } from "../../domain/ports/fleet_journal.ts";
import { assertProblem, sendWell } from "../support/answers.ts";
import { DAY, HOUR } from "../support/clock.ts";
import {
  type Answer,
  createUser,
  FLEET,
  FLEET_KEY,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  type TestKese,
} from "../support/kese.ts";
import { makeKey } from "../support/named_keys.ts";
import { assertInvalidFields, assertRateLimited } from "../support/route_answers.ts";

const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };
const PATH = "/filo/islemler";

interface Shown {
  readonly id: string;
  readonly userNo: string;
  readonly type: string;
  readonly createdAt: string;
  readonly delta: string;
}

function list(kese: TestKese, query = "", request = {}): Promise<Answer> {
  return send(kese, `GET ${PATH}${query}`, request);
}

async function pay(kese: TestKese, userNo: string, more: object = {}): Promise<string> {
  const json = { userNo, amount: "0.01", ...more };
  return (await sendWell(kese, "POST /kart-saklamali-odeme", { json })).body.paymentId;
}

async function payAll(kese: TestKese, count: number): Promise<void> {
  for (let left = count; left > 0; left -= 200) {
    const some = Array.from({ length: Math.min(left, 200) }, () => pay(kese, "1"));
    await Promise.all(some);
  }
}

/** Every entry of the pages, by the cursors that the answers give. */
async function followed(
  kese: TestKese,
  query: string,
  between: () => Promise<unknown> = () => Promise.resolve(),
): Promise<Shown[]> {
  const seen: Shown[] = [];
  for (let cursor: string | null = ""; cursor !== null;) {
    const { status, body, text }: Answer = await list(kese, `?${query}${cursor}`);
    assertEquals(status, 200, text);
    seen.push(...body.data);
    cursor = body.nextCursor && `&cursor=${body.nextCursor}`;
    await between();
  }
  return seen;
}

/** An export as it arrives. */
async function open(kese: TestKese, accept: string, query = "", filo = FLEET): Promise<Response> {
  const bearer = filo === FLEET ? FLEET_KEY : OTHER_FLEET_KEY;
  const headers = { filo, authorization: `Bearer ${bearer}`, accept };
  return await kese.app.request(PATH + query, { headers });
}

async function exported(kese: TestKese, query = ""): Promise<Shown[]> {
  const text = await (await open(kese, "application/x-ndjson", query)).text();
  return text.split("\n").filter((line) => line !== "").map((line) => JSON.parse(line));
}

Deno.test("GET /filo/islemler shows every entry of the fleet as /islemler does, with its user, newest first", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await createUser(kese, "1", "5.00", "other");
  for (const userNo of ["1", "2", "1"]) {
    kese.clock.advance(1_000);
    await pay(kese, userNo, { orderId: "ride-1" });
  }
  const { body } = await list(kese);
  assertEquals([body.message, body.nextCursor], ["İşlemler listelendi.", null]);
  const own = [];
  for (const userNo of ["1", "2"]) {
    const { body: { data } } = await send(kese, `GET /islemler?userNo=${userNo}`);
    own.push(...data.map((entry: object) => ({ ...entry, userNo })));
  }
  const byId = (one: Shown, other: Shown) => one.id < other.id ? -1 : 1;
  assertEquals(body.data.toSorted(byId), own.toSorted(byId));
  const times = body.data.map(({ createdAt }: Shown) => createdAt);
  assertEquals(times, times.toSorted().reverse());
  const other = await list(kese, "", OTHER);
  assertEquals(other.body.data.map(({ type, delta }: Shown) => [type, delta]), [
    ["account_opened", "5.00"],
  ]);
});

Deno.test("GET /filo/islemler shows no entry twice and misses none while others are written", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2", "3"]) await createUser(kese, userNo);
  await payAll(kese, 50);
  const before = (await list(kese, "?limit=100")).body.data;
  const seen = await followed(kese, "limit=7", () => Promise.all([pay(kese, "1"), pay(kese, "2")]));
  assertEquals(seen, before);
});

Deno.test("GET /filo/islemler takes days of the fleet's time zone, to the millisecond", async () => {
  // The clock begins at midnight UTC, three hours after that of Istanbul.
  await using kese = await openTestKese();
  await createUser(kese, "1");
  kese.clock.advance(21 * HOUR - 1);
  const last = await pay(kese, "1");
  kese.clock.advance(1);
  const first = await pay(kese, "1");
  kese.clock.advance(DAY);
  const after = await pay(kese, "1");
  const idsOf = async (query: string) => {
    const { body } = await list(kese, `?type=payment&${query}`);
    return body.data.map(({ id }: Shown) => id);
  };
  assertEquals(await idsOf("from=2026-01-01&to=2026-01-01"), [last]);
  assertEquals(await idsOf("from=2026-01-02&to=2026-01-02"), [first]);
  assertEquals(await idsOf("from=2026-01-02"), [after, first]);
  assertEquals(await idsOf("to=2026-01-02"), [first, last]);
  const instant = "2026-01-01T21:00:00.000Z";
  assertEquals(await idsOf(`from=${instant}`), [after, first]);
  assertEquals(await idsOf(`to=${instant}`), [last], "the end is not in it");
  assertEquals(await idsOf(`to=${encodeURIComponent("2026-01-02T00:00:00+03:00")}`), [last]);
  assertEquals(await idsOf("userNo=1&from=2026-01-02&to=2026-01-02"), [first]);
});

Deno.test("GET /filo/islemler filters by types, user and order", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  const ride = await pay(kese, "1", { orderId: "ride-1" });
  const other = await pay(kese, "2", { orderId: "ride-2" });
  await sendWell(kese, `POST /iade?userNo=2&paymentId=${other}`);
  const table: readonly (readonly [string, readonly string[]])[] = [
    ["type=payment", ["payment", "payment"]],
    ["type=refund,payment", ["refund", "payment", "payment"]],
    ["userNo=1", ["payment", "account_opened"]],
    ["userNo=2&type=payment,refund", ["refund", "payment"]],
    ["userNo=nobody", []],
    ["orderId=ride-1", ["payment"]],
    ["orderId=ride-1&userNo=2", []],
  ];
  for (const [query, types] of table) {
    const seen = await followed(kese, `limit=1&${query}`);
    assertEquals(seen.map(({ type }) => type), types, query);
  }
  assertEquals((await list(kese, "?orderId=ride-1")).body.data[0].id, ride);
});

Deno.test("GET /filo/islemler goes on after its cursor or after an entry, of the same fleet and user alone", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await createUser(kese, "1", "5.00", "other");
  for (let count = 0; count < 4; count++) await pay(kese, "1");
  const { body: { data, nextCursor } } = await list(kese, "?limit=2");
  const rest = (await list(kese)).body.data.slice(2);
  assertEquals((await list(kese, `?cursor=${nextCursor}`)).body.data, rest);
  assertEquals((await list(kese, `?cursor=${data[1].id}`)).body.data, rest);
  const ofUser = await list(kese, `?userNo=1&cursor=${data[1].id}`);
  assertEquals(ofUser.body.data, rest.filter(({ userNo }: Shown) => userNo === "1"));
  const wrong = [
    list(kese, `?cursor=${nextCursor}`, OTHER),
    list(kese, `?cursor=${data[1].id}`, OTHER),
    list(kese, `?userNo=1&cursor=${nextCursor}`),
    list(kese, `?userNo=2&cursor=${data[1].id}`),
    list(kese, "?cursor=pay_01JABCDEFGHJKMNPQRSTVWXYZ0"),
  ];
  for (const answer of await Promise.all(wrong)) {
    assertInvalidFields(answer, "validation_failed", [["cursor", "invalid_cursor"]]);
  }
});

Deno.test("GET /filo/islemler names what is wrong with a question", async () => {
  await using kese = await openTestKese();
  const table = [
    ["from=yesterday", "from", "invalid_moment"],
    ["to=2026-02-30", "to", "invalid_moment"],
    ["from=2026-01-02&to=2026-01-01", "to", "invalid_period"],
    ["type=payment,nonsense", "type", "invalid_type"],
    ["limit=101", "limit", "invalid_limit"],
    ["cursor=%20", "cursor", "invalid_cursor"],
    ["dil=de", "dil", "invalid_language"],
  ] as const;
  for (const [query, field, code] of table) {
    assertInvalidFields(await list(kese, `?${query}`), "validation_failed", [[field, code]]);
  }
  const limited = await send(kese, `GET ${PATH}?limit=5`, { headers: { accept: "text/csv" } });
  assertInvalidFields(limited, "validation_failed", [["limit", "not_for_exports"]]);
});

Deno.test("GET /filo/islemler gives all entries as a sheet, which adds up to the balances", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await createUser(kese, "9", "7.00", "other");
  kese.clock.advance(1);
  await pay(kese, "1", { orderId: "=1+1", description: 'Kadıköy; "Moda", 14 dk' });
  const response = await open(kese, "text/csv", "?dil=tr");
  assertEquals(response.headers.get("content-type"), "text/csv; charset=utf-8");
  assertEquals(
    response.headers.get("content-disposition"),
    'attachment; filename="hergele-islemler.csv"',
  );
  const bytes = new Uint8Array(await response.arrayBuffer());
  assertEquals([...bytes.slice(0, 3)], [0xef, 0xbb, 0xbf]);
  const lines = new TextDecoder().decode(bytes).split("\r\n");
  const names = (lines[0] ?? "").split(";");
  assertEquals(names.slice(0, 9), [
    ...["id", "userNo", "seq", "type", "day", "createdAt", "amount", "delta", "balanceAfter"],
  ]);
  assertEquals([lines.length, lines.at(-1)], [5, ""]);
  assert(lines[1]?.includes(`;2026-01-01;2026-01-01T00:00:00.001Z;0,01;-0,01;99,99;TRY;`));
  assert(lines[1]?.includes(`;"'=1+1";"Kadıköy; ""Moda"", 14 dk";`), lines[1]);
  const delta = names.indexOf("delta");
  const rows = lines.slice(2, -1).map((line) => line.split(";"));
  assertEquals(rows.map((row) => row[delta]), ["100,00", "100,00"]);
  const plain = await (await open(kese, "text/csv")).text();
  assert(plain.includes(",2026-01-01T00:00:00.001Z,0.01,-0.01,99.99,TRY,"), plain);
});

Deno.test("GET /filo/islemler gives each entry of the period once in an export while payments go on", async () => {
  await using kese = await openTestKese();
  for (const userNo of ["1", "2"]) await createUser(kese, userNo);
  await payAll(kese, EXPORT_PAGE + 120);
  const before = await followed(kese, "limit=100");
  const response = await open(kese, "application/x-ndjson");
  assert(response.body);
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of response.body) {
    text += decoder.decode(chunk, { stream: true });
    kese.clock.advance(1);
    await Promise.all([pay(kese, "1"), pay(kese, "2")]);
  }
  const seen = text.trimEnd().split("\n").map((line) => JSON.parse(line));
  assertEquals(seen, before);
});

Deno.test("GET /filo/islemler lets an export go on after the last entry that arrived", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await payAll(kese, 30);
  const all = await exported(kese);
  assertEquals(await exported(kese, `?cursor=${all[11]?.id}`), all.slice(12));
  const sheet = await (await open(kese, "text/csv", `?cursor=${all[29]?.id}`)).text();
  assert(sheet.startsWith(String(all[30]?.id)), "nothing stands before what is appended");
});

/** Counts the pages that are read of the fleet's journal. */
function countPages(kese: TestKese, fails = () => false): { pages: number } {
  const journal = kese.store.fleetJournal;
  const list = journal.list.bind(journal);
  const read = { pages: 0 };
  const counting: FleetJournal["list"] = (...page) => {
    read.pages++;
    return fails() ? Promise.reject(new Error("no entry")) : list(...page);
  };
  Object.assign(journal, { list: counting });
  return read;
}

Deno.test("GET /filo/islemler reads a page of an export when it is taken, and none for a client that has gone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await payAll(kese, 2 * EXPORT_PAGE + 10);
  const read = countPages(kese);
  const { body } = await open(kese, "application/x-ndjson");
  const reader = body?.getReader();
  // The head, which is empty here, and the lines of the first page.
  for (let piece = 0; piece < 1 + EXPORT_PAGE / 100; piece++) await reader?.read();
  assertEquals(read.pages, 1);
  await reader?.read();
  assertEquals(read.pages, 2);
  await reader?.cancel();
  await pay(kese, "1");
  assertEquals(read.pages, 2);
});

Deno.test("GET /filo/islemler breaks an export off, and says so in the log, when entries cannot be read", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await payAll(kese, EXPORT_PAGE + 10);
  const read: { pages: number } = countPages(kese, () => read.pages > 1);
  const { body } = await open(kese, "text/csv");
  await assertRejects(() => new Response(body).text(), Error, "no entry");
  assertEquals(kese.lines.filter((line) => line.includes("export_broken_off")).length, 1);
});

Deno.test("GET /filo/islemler gives pages to a key that reads, and files to one with admin alone", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { key: reads } = await makeKey(kese, ["read"]);
  const { key: administers } = await makeKey(kese, ["read", "admin"]);
  const headers = { accept: "text/csv" };
  assertEquals((await list(kese, "", { bearer: reads })).status, 200);
  const refused = await list(kese, "", { bearer: reads, headers });
  assertProblem(refused, 403, "forbidden");
  assertEquals(refused.body.scope, "admin");
  const response = await kese.app.request(PATH, {
    headers: { filo: FLEET, authorization: `Bearer ${administers}`, ...headers },
  });
  assertEquals([response.status, (await response.text()).includes("account_opened")], [200, true]);
});

Deno.test("GET /filo/islemler runs few exports of a fleet at once, and another when one has ended", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const running = await Promise.all(
    Array.from({ length: EXPORTS_PER_FLEET }, () => open(kese, "text/csv")),
  );
  const refused = await send(kese, `GET ${PATH}`, { headers: { accept: "text/csv" } });
  assertRateLimited(refused, {
    policy: "exports",
    limit: EXPORTS_PER_FLEET,
    windowSeconds: 30,
    retryAfterSeconds: 30,
  });
  assertEquals((await list(kese)).status, 200, "pages are no exports");
  const other = await open(kese, "text/csv", "", OTHER_FLEET);
  assertEquals(other.status, 200);
  await other.body?.cancel();
  await running[0]?.body?.cancel();
  await running[1]?.text();
  for (let count = 0; count < 2 * EXPORTS_PER_FLEET; count++) {
    assertEquals((await open(kese, "text/csv").then((one) => one.text())).length > 0, true);
  }
});
