import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  createKese,
  type Kese,
  KeseError,
  type KeseOfSession,
  orThrow,
  type ProblemCode,
} from "../../client/src/mod.ts";
import { createUser, FLEET, FLEET_KEY, openTestKese, type TestKese } from "../support/kese.ts";

/** What left a client, as it was sent. */
interface Sent {
  readonly url: string;
  readonly headers: Headers;
  readonly body: string;
}

/** A Kese in this process, and the options of a client for it that note what is sent. */
async function withKese(
  test: (
    kese: TestKese,
    options: {
      readonly url: string;
      readonly fetch: (request: Request) => Promise<Response>;
    },
    sent: readonly Sent[],
  ) => Promise<void>,
): Promise<void> {
  await using kese = await openTestKese();
  const sent: Sent[] = [];
  const fetch = async (request: Request) => {
    const { url, headers } = request;
    sent.push({ url, headers, body: await request.clone().text() });
    return await kese.app.fetch(request);
  };
  await test(kese, { url: "http://kese.example", fetch }, sent);
}

Deno.test("createKese() pays, shows, lists and is refused with a code that the types know", async () => {
  await withKese(async (kese, options) => {
    await createUser(kese, "1");
    const fleet = createKese({ ...options, filo: FLEET, key: FLEET_KEY });
    const body = { userNo: "1", amount: "10.50" };
    const payment = orThrow(
      await fleet.POST("/kart-saklamali-odeme", { body }),
    );
    assertEquals(payment.balance, "89.50");
    const shown = orThrow(
      await fleet.GET("/kart-saklamali-odeme/{paymentId}", {
        params: {
          path: { paymentId: payment.paymentId },
          query: { userNo: "1" },
        },
      }),
    );
    assertEquals(shown.refundable, "10.50");
    const refused = await fleet.POST("/kart-saklamali-odeme", {
      body: { userNo: "1", amount: "500.00" },
    });
    const code: ProblemCode | undefined = refused.error?.code;
    assertEquals([code, refused.error?.balance], [
      "insufficient_balance",
      "89.50",
    ]);
    const entries = orThrow(
      await fleet.GET("/islemler", {
        params: { query: { userNo: "1", limit: 1 } },
      }),
    );
    assertEquals(entries.data.map(({ type }) => type), ["payment"]);
  });
});

Deno.test("createKese() sends a key of its own with each write, and the caller's if there is one", async () => {
  await withKese(async (kese, options, sent) => {
    await createUser(kese, "1");
    const fleet = createKese({ ...options, filo: FLEET, key: FLEET_KEY });
    const body = { userNo: "1", amount: "1.00" };
    await fleet.POST("/kart-saklamali-odeme", { body });
    await fleet.POST("/kart-saklamali-odeme", { body });
    const named = { params: { header: { "Idempotency-Key": "ride-1" } }, body };
    await fleet.POST("/kart-saklamali-odeme", named);
    await fleet.GET("/bakiye", { params: { query: { userNo: "1" } } });
    await fleet.POST("/authenticate_first_route", {
      body: { Filo: FLEET, userNo: "1" },
    });
    const keys = sent.map(({ headers }) => headers.get("idempotency-key"));
    assertEquals([new Set(keys).size, keys[2], keys[3], keys[4]], [
      4,
      "ride-1",
      null,
      null,
    ]);
    assert(/^[0-9a-f]{32}$/.test(keys[0] ?? ""), String(keys[0]));
  });
});

Deno.test("createKese() puts nothing into the URL of a write", async () => {
  await withKese(async (kese, options, sent) => {
    await createUser(kese, "1");
    const fleet = createKese({ ...options, filo: FLEET, key: FLEET_KEY });
    const body = { userNo: "1", cardNo: "4242 4242 4242 4242" };
    const { card } = orThrow(await fleet.POST("/kart-saklama", { body }));
    const query = { userNo: "1", cardId: card.cardId };
    assert(
      (await fleet.DELETE("/kart-saklama", { params: { query } })).response.ok,
    );
    assertEquals(sent.map(({ url }) => new URL(url).search), ["", ""]);
    assertEquals(JSON.parse(sent[1]?.body ?? ""), query);
  });
});

Deno.test("createKese() signs a user in, who then need not say who he is", async () => {
  await withKese(async (kese, options) => {
    await createUser(kese, "1");
    const filo = { Filo: FLEET, userNo: "1" };
    const anyone = createKese(options);
    const first = orThrow(
      await anyone.POST("/authenticate_first_route", {
        body: { ...filo, authCode: "secret-1" },
      }),
    );
    const second = orThrow(
      await anyone.POST("/authenticate_second_route", {
        params: { header: filo },
        headers: { Authorization: `Bearer ${first.code}` },
      }),
    );
    const user = createKese({
      ...options,
      session: second.token,
      language: "en",
    });
    assertEquals(orThrow(await user.GET("/bakiye")).balance, "100.00");
    const paid = orThrow(
      await user.POST("/kart-saklamali-odeme", { body: { amount: "1" } }),
    );
    assertEquals([paid.balance, paid.message], [
      "99.00",
      "The payment was made.",
    ]);
    assertEquals((await user.POST("/logout")).response.status, 204);
  });
});

Deno.test("orThrow() throws what was refused, and what something else has answered", async () => {
  await withKese(async (kese, options) => {
    const ask = (fetch = options.fetch) =>
      createKese({
        ...options,
        fetch,
        filo: FLEET,
        key: FLEET_KEY,
        attempts: 1,
      })
        .GET("/bakiye", { params: { query: { userNo: "1" } } });
    const refused = await assertRejects(
      async () => orThrow(await ask()),
      KeseError,
    );
    assertEquals([refused.code, refused.status], ["user_not_found", 404]);
    assert(refused.problem?.requestId);
    const proxy = () => Promise.resolve(new Response("<h1>Bad gateway</h1>", { status: 502 }));
    const broken = await assertRejects(
      async () => orThrow(await ask(proxy)),
      KeseError,
    );
    assertEquals([broken.code, broken.status, broken.problem], [
      undefined,
      502,
      undefined,
    ]);
    assertEquals(
      kese.lines.filter((line) => line.includes('"level":"error"')),
      [],
    );
  });
});

const PAY = "/kart-saklamali-odeme";

/** Lines that the types must refuse: each is an error of the type check if they do not. */
export const wrong = (
  fleet: Kese,
  user: KeseOfSession,
): readonly (() => unknown)[] => [
  // @ts-expect-error -- misspelt
  () => fleet.POST(PAY, { body: { userNo: "1", ammount: "1.00" } }),
  // @ts-expect-error -- a number
  () => fleet.POST("/iade", { body: { userNo: "1", amount: 1 } }),
  // @ts-expect-error -- no amount
  () => fleet.POST(PAY, { body: { userNo: "1" } }),
  // @ts-expect-error -- no amount either
  () => user.POST(PAY, { body: {} }),
  // @ts-expect-error -- no body
  () => fleet.POST(PAY, {}),
  // @ts-expect-error -- no user
  () => fleet.GET("/bakiye", { params: { query: {} } }),
  // @ts-expect-error -- no such route
  () => fleet.GET("/balance"),
  // @ts-expect-error -- no such code
  () => "insufficient_funds" satisfies ProblemCode,
];
