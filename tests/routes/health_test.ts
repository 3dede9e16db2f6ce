import { assert, assertEquals } from "@std/assert";
import config from "../../deno.json" with { type: "json" };
import type { Pingable } from "../../domain/ports/health.ts";
import { createApp } from "../../routes/app.ts";
import { assertProblem } from "../support/answers.ts";
import { createImpatientClock } from "../support/clock.ts";
import { openTestKese, send } from "../support/kese.ts";
import type { TestKese } from "../support/kese.ts";
import { assertSuccess } from "../support/route_answers.ts";

const OK: Readonly<Record<string, object>> = {
  "GET /health/live": { status: "ok", version: config.version },
  "GET /health/ready": { status: "ok" },
};
const ANYONE = { bearer: null, filo: null };

const answering: Pingable = { name: "answering", ping: () => Promise.resolve() };
const broken: Pingable = {
  name: "broken",
  ping: () => Promise.reject(new Error("Cannot reach 10.0.0.7")),
};
const throwing: Pingable = {
  name: "throwing",
  ping: () => {
    throw new Error("Cannot reach 10.0.0.7");
  },
};
const silent: Pingable = { name: "silent", ping: () => new Promise<void>(() => {}) };

/** The program with these stores to ask. */
async function openWithStores(stores: readonly Pingable[]): Promise<TestKese> {
  const kese = await openTestKese({ clock: createImpatientClock() });
  return { ...kese, app: createApp({ ...kese.dependencies, stores }) };
}

for (const [route, ok] of Object.entries(OK)) {
  Deno.test(`${route} answers anyone`, async () => {
    await using kese = await openTestKese();
    assertSuccess(await send(kese, route, ANYONE), 200, ok);
    assertSuccess(await send(kese, route, { bearer: "wrong" }), 200, ok);
  });

  Deno.test(`${route} leaves no audit record`, async () => {
    await using kese = await openTestKese();
    const recorded: unknown[] = [];
    const audit = {
      ...kese.dependencies.audit,
      record: (record: unknown) => recorded.push(record),
    };
    const app = createApp({ ...kese.dependencies, audit });
    await send({ ...kese, app }, route, ANYONE);
    assertEquals(recorded, []);
  });
}

Deno.test("GET /health/live asks no store", async () => {
  await using kese = await openWithStores([{
    name: "untouched",
    ping: () => {
      throw new Error("A store was asked");
    },
  }]);
  assertSuccess(await send(kese, "GET /health/live", ANYONE), 200, OK["GET /health/live"]);
});

const CASES: readonly (readonly [rule: string, stores: readonly Pingable[], named: string])[] = [
  ["names a store that fails", [broken], "broken"],
  ["names a store whose ping throws", [throwing], "throwing"],
  ["names a store that does not answer in time", [silent], "silent"],
  [
    "names each store that does not answer, and no other",
    [broken, answering, silent],
    "broken, silent",
  ],
];

for (const [rule, stores, named] of CASES) {
  Deno.test(`GET /health/ready ${rule}`, async () => {
    await using kese = await openWithStores(stores);
    const answer = await send(kese, "GET /health/ready", ANYONE);
    assertProblem(answer, 503, "not_ready", { stores: named });
    assert(!answer.text.includes("10.0.0.7"), "it says nothing of the inside");
  });
}

Deno.test("GET /health/ready asks a store once a second, however many ask", async () => {
  let pings = 0;
  const counting = { name: "counting", ping: () => Promise.resolve(void pings++) };
  await using kese = await openWithStores([counting]);
  const ask = () => send(kese, "GET /health/ready", ANYONE);
  await Promise.all([ask(), ask()]);
  kese.clock.advance(999);
  await ask();
  assertEquals(pings, 1);
  kese.clock.advance(1);
  await ask();
  assertEquals(pings, 2);
  // A clock that was set back keeps nobody from hearing of a store that has gone since.
  kese.clock.advance(-60_000);
  await ask();
  assertEquals(pings, 3);
});

Deno.test("GET /health/ready answers when every store does", async () => {
  await using kese = await openWithStores([answering, { ...answering, name: "another" }]);
  assertSuccess(await send(kese, "GET /health/ready", ANYONE), 200, { status: "ok" });
});
