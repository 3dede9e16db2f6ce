import { assert, assertEquals } from "@std/assert";
import { createKese, orThrow } from "../../../client/src/mod.ts";
import { productionOn } from "../../support/both_stores.ts";
import { FLEET, FLEET_KEY, newUser } from "../../support/kese.ts";
import {
  attributesOf,
  listObjects,
  startOtlpReceiver,
  toText,
} from "../../support/otlp_receiver.ts";
import { startMain } from "../../support/process.ts";
import { withTemporaryFile } from "../../support/temporary_store.ts";

const USER = "rider-70605040";
const CARD = "4242424242424242";
const DECLINED = "4000000000000002";
const AMOUNT = "73.19";

/** Sends what riders and fleets send: a declined card, a ride, a refund, a refusal. */
async function ride(url: string): Promise<void> {
  const kese = createKese({ url, filo: FLEET, key: FLEET_KEY });
  const userNo = USER;
  orThrow(await kese.POST("/create_user", { body: { ...NEW_USER, userNo } }));
  for (const cardNo of [DECLINED, CARD]) {
    const { card } = orThrow(await kese.POST("/kart-saklama", { body: { userNo, cardNo } }));
    await kese.POST("/update_balance", {
      body: { userNo, balance: "100.00", cardId: card.cardId },
    });
  }
  const body = { userNo, amount: AMOUNT };
  const { holdId } = orThrow(await kese.POST("/provizyon", { body }));
  const path = { holdId };
  orThrow(await kese.POST("/provizyon/{holdId}/tahsilat", { params: { path }, body }));
  await kese.POST("/kart-saklamali-odeme", { body });
  orThrow(await kese.POST("/iade", { body: { userNo } }));
  orThrow(await kese.GET("/bakiye", { params: { query: { userNo } } }));
}

/** Asks as a browser does for what it shows. */
async function browse(url: string): Promise<void> {
  for (const path of PAGES) {
    const answer = await fetch(`${url}${path}`, { headers: { accept: "text/html" } });
    await answer.body?.cancel();
    assertEquals(answer.status, 200, path);
  }
}

const PAGES = ["/", "/docs", "/masa", "/static/kese.css", "/openapi.json"];

const { name, surname, birthDate, phoneNumber, email, authCode } = newUser(USER) as Record<
  string,
  string
>;
const NEW_USER = {
  ...{ name: name ?? "", surname: surname ?? "", birthDate: birthDate ?? "" },
  ...{ phoneNumber: phoneNumber ?? "", email: email ?? "", authCode: authCode ?? "" },
};

Deno.test("createOpenTelemetryObserver() names routes, counts money, and says nothing of a user, card or amount", async () => {
  await withTemporaryFile(async ({ path }) => {
    await using receiver = startOtlpReceiver();
    const variables = { ...productionOn({ SQLITE_PATH: path }), ...receiver.variables };
    await using running = startMain(variables);
    await ride(await running.url);
    await browse(await running.url);
    running.kill("SIGTERM"); // Deno exports the rest as it ends
    assertEquals(await running.ended, 0, running.output());

    const objects = [...listObjects(receiver.exports)];
    const spans = objects.filter((object) => "spanId" in object && "kind" in object);
    const named = spans.map((span) => [span.name, attributesOf(span)["http.route"]]);
    const routes = new Set(named.map(([name]) => name));
    const asked = PAGES.map((path) => `GET ${path.replace("kese.css", "{file}")}`);
    for (const route of ["POST /provizyon/{holdId}/tahsilat", ...asked]) {
      assert(routes.has(route), `${route} is not among ${[...routes].join()}`);
    }
    assertEquals(named.filter(([name, route]) => name?.toString().split(" ")[1] !== route), []);

    const counts = new Map<string, unknown>();
    for (const metric of objects) {
      if (!metric.name?.startsWith("kese.")) continue;
      for (const point of listObjects(metric)) {
        if (!("asDouble" in point)) continue;
        const values = Object.values(attributesOf(point)).toSorted().join(" ");
        counts.set(`${metric.name} ${values}`.trim(), point.asDouble);
      }
    }
    assertEquals(
      EXPECTED.map((name) => [name, counts.get(name)]),
      EXPECTED.map((name) => [name, name === "kese.top_ups started" ? 2 : 1]),
    );
    assertEquals(counts.get("kese.commands.waiting"), 0);
    assert(objects.some(({ name }) => name === "kese.commit.duration"));
    assert(objects.some(({ name }) => name === "kese.fold.size"));

    const text = toText(receiver.exports);
    const told = [USER, CARD, DECLINED, CARD.slice(-4), AMOUNT, "7319", "555", "John"];
    assertEquals(told.filter((secret) => text.includes(secret)), []);
    // Without a collector, too, a write says nothing in its URL.
    const urls = spans.filter(({ name }) => name?.startsWith("POST"))
      .map((span) => String(attributesOf(span)["url.full"]));
    assertEquals(urls.filter((url) => url.includes("?")), []);
  });
});

const EXPECTED = [
  "kese.payments true",
  "kese.refunds",
  "kese.holds placed",
  "kese.top_ups started",
  "kese.top_ups credited sandbox",
  "kese.top_ups declined failed sandbox",
  "kese.refusals /kart-saklamali-odeme 402 POST insufficient_balance",
];
