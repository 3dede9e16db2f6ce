import { assert, assertEquals, assertRejects } from "@std/assert";
import { kurus } from "../../../../domain/money.ts";
import type { CardGateway, GiveBackOrder } from "../../../../domain/ports/card_gateway.ts";
import { meaningOf } from "../../../../infra/gateways/iyzico/errors.ts";
import { createIyzicoGateway } from "../../../../infra/gateways/iyzico/gateway.ts";
import { createTestClock, NOW } from "../../../support/clock.ts";
import { type IyzicoFake, openIyzicoFake } from "../../../support/gateways/iyzico_fake.ts";
import { BUYER_DEFAULTS, SAMPLE_KEYS } from "../../../support/gateways/iyzico_keys.ts";
import { AMOUNT, REFERENCE, Stage } from "../scenarios/stage.ts";

const REFUND = "crf_01M829RJJTJT9P5BSQB888S198";

/** A charge of {@linkcode AMOUNT} that iyzico answered. */
async function charged(fake: IyzicoFake): Promise<Stage> {
  const stage = new Stage(fake);
  await stage.charge();
  assertEquals(stage.endings, ["charged"]);
  return stage;
}

function giveBackAll(
  { gateway }: IyzicoFake,
  { providerRef = "" }: Stage,
  order: Partial<GiveBackOrder> = {},
): ReturnType<CardGateway["giveBack"]> {
  const all = { refundReference: REFUND, amountKurus: AMOUNT, whole: true };
  return gateway.giveBack({ reference: REFERENCE, providerRef, ...all, ...order });
}

Deno.test("giveBack() cancels while the bank's day lasts, and refunds afterwards", async () => {
  for (const how of ["void", "refund"] as const) {
    await using fake = openIyzicoFake();
    const stage = await charged(fake);
    if (how === "refund") fake.endDay();
    assertEquals(await giveBackAll(fake, stage), { status: "given_back", how });
    assertEquals(await giveBackAll(fake, stage), { status: "given_back", how });
    assertEquals(stage.shown(), { endings: ["charged"], charges: 1, leftKurus: 0 });
  }
});

Deno.test("giveBack() never cancels for a part, because that would give back all of it", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  const part = { amountKurus: kurus(300), whole: false };
  assertEquals(await giveBackAll(fake, stage, part), { status: "given_back", how: "refund" });
  assertEquals(stage.shown().leftKurus, AMOUNT - 300);
});

Deno.test("giveBack() does not know of a charge that the reports do not have", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  await assertRejects(() => giveBackAll(fake, stage, { providerRef: "1" }), Error, "the reports");
  fake.play("inquire", "finds_nothing");
  await assertRejects(() => giveBackAll(fake, stage), Error, "the reports");
  assertEquals(stage.shown().leftKurus, AMOUNT);
});

Deno.test("giveBack() is not refused by a refund that is larger than what is left, once it was done", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  fake.endDay();
  await giveBackAll(fake, stage, { refundReference: "crf_another" });
  // All of it is back, whoever asked for it.
  assertEquals(await giveBackAll(fake, stage), { status: "given_back", how: "refund" });
  const part = { amountKurus: kurus(300), whole: false };
  assertEquals(await giveBackAll(fake, stage, part), { status: "refused" });
});

Deno.test("inquire() keeps to the charge that the journal knows, and else to the first one", async () => {
  await using fake = openIyzicoFake();
  const { gateway } = fake;
  for (let time = 0; time < 3; time++) fake.chargeUnheard(REFERENCE, AMOUNT);
  const ids = fake.charges(REFERENCE).map(({ providerRef }) => providerRef);
  const inquire = async (providerRef?: string) => {
    const charge = { reference: REFERENCE, amountKurus: AMOUNT };
    const inquiry = await gateway.inquire({ ...charge, ...(providerRef && { providerRef }) });
    assert(inquiry.status === "charged");
    return [inquiry.providerRef, ...(inquiry.surplus ?? []).map(({ providerRef }) => providerRef)];
  };
  const [first = "", second = "", third = ""] = ids;
  assertEquals(await inquire(), [first, second, third]);
  assertEquals(await inquire(second), [second, first, third]);
  // What was given back is no surplus, and the known charge stays one.
  const stage = new Stage(fake);
  for (const [refundReference, providerRef] of [["s1", first], ["s2", second]] as const) {
    await giveBackAll(fake, stage, { refundReference, providerRef });
  }
  assertEquals(await inquire(), [third]);
  assertEquals(await inquire(second), [second, third]);
  await giveBackAll(fake, stage, { refundReference: "s3", providerRef: third });
  assertEquals(await gateway.inquire({ reference: REFERENCE, amountKurus: AMOUNT }), {
    status: "declined",
    reason: "declined",
  });
});

Deno.test("inquire() finds the right one among charges of other amounts, and no other one counts", async () => {
  await using fake = openIyzicoFake();
  const charge = { reference: REFERENCE, amountKurus: AMOUNT };
  fake.chargeUnheard(REFERENCE, kurus(77_700));
  await assertRejects(() => fake.gateway.inquire(charge), Error, "another amount");
  fake.chargeUnheard(REFERENCE, AMOUNT);
  const [other, right] = fake.charges(REFERENCE);
  assertEquals(await fake.gateway.inquire(charge), {
    status: "charged",
    providerRef: right?.providerRef ?? "",
    amountKurus: AMOUNT,
    surplus: [{ providerRef: other?.providerRef ?? "", amountKurus: kurus(77_700) }],
  });
});

Deno.test("inquire() asks the detail if the reports are behind, and believes no report that the detail denies", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  fake.contradict("detail");
  await stage.inquire();
  // The reports may be behind, and the detail is signed.
  fake.contradict("report");
  await stage.inquire();
  assertEquals(stage.endings, ["charged", "unknown", "charged"]);
});

Deno.test("inquire() leaves a charge pending that was rejected after it was taken, whatever iyzico means by it", async () => {
  await using fake = openIyzicoFake();
  fake.play("charge", "under_review");
  const stage = new Stage(fake);
  await stage.charge();
  fake.reject(REFERENCE);
  await stage.inquire();
  assertEquals(stage.endings, ["pending", "pending"]);
});

Deno.test("complete() asks for nothing unless the browser brought this charge's own words", async () => {
  await using fake = openIyzicoFake();
  const { gateway } = fake;
  fake.play("charge", "wants_3ds");
  const stage = new Stage(fake);
  await stage.charge();
  const { providerRef = "" } = stage;
  const message = await fake.userReturns(REFERENCE, "passes");
  assert(message !== undefined);
  const completion = { reference: REFERENCE, providerRef, amountKurus: AMOUNT, message };
  const wrong = [
    { providerRef: "1" },
    { reference: "top_another" },
    { message: { ...message, body: message.body.replace("mdStatus=1", "mdStatus=7") } },
    { message: { ...message, body: "" } },
  ];
  const arrived = fake.arrived.length;
  for (const change of wrong) {
    await assertRejects(() => gateway.complete({ ...completion, ...change }), Error, "the browser");
  }
  assertEquals(fake.arrived.length, arrived);
  assertEquals((await gateway.complete(completion)).status, "charged");
});

Deno.test("charge() says until when the bank's page may be shown, and what is on it", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.play("charge", "wants_3ds");
  const { gateway } = fake;
  const registered = await stage.register();
  assert(registered?.status === "registered");
  const outcome = await gateway.charge({
    reference: REFERENCE,
    token: registered.token,
    amountKurus: AMOUNT,
    payer: {
      account: { filo: "hergele", userNo: "1001" },
      name: "Ayşe",
      surname: "Çelik",
      phoneNumber: "+905551234567",
      email: "ayse@example.com",
    },
    callbackUrl: "https://kese.example/donus",
  });
  assert(outcome.status === "requires_action" && outcome.action.kind === "page");
  assertEquals(outcome.expiresAt, NOW + 15 * 60_000);
  assert(outcome.action.html.includes(`data-id="${outcome.providerRef}"`));
  assertEquals(
    `${registered.token} ${JSON.stringify(registered.token)}`,
    '[card token] "[card token]"',
  );
});

/** The documents' list of errors, and what each means for a charge. */
const MEANINGS = {
  insufficient_funds: ["10051 NOT_SUFFICIENT_FUNDS", "10051"],
  expired_card: ["10054 EXPIRED_CARD", "10054"],
  declined: [
    "10005 DO_NOT_HONOUR",
    "10012 INVALID_TRANSACTION",
    "10034 FRAUD_SUSPECT",
    "10041 LOST_CARD",
    "10041 PICKUP_CARD",
    "10043 STOLEN_CARD",
    "10057 NOT_PERMITTED_TO_CARDHOLDER",
    "10058 NOT_PERMITTED_TO_TERMINAL",
    "10084 INVALID_CVC2",
    "10093 RESTRICTED_BY_LAW",
    "10201 CARD_NOT_PERMITTED",
    "10207 REFER_TO_CARD_ISSUER",
    "10209 BLOCKED_CARD",
    "10215 INVALID_CARD_NUMBER",
    "10220 DECLINED",
    "10224 EXCEEDS_WITHDRAWAL_AMOUNT_LIMIT",
    "10225 RESTRICTED_CARD",
    "10226 EXCEEDS_ALLOWABLE_PIN_TRIES",
    "10227 INVALID_PIN",
    "10229 INVALID_EXPIRE_YEAR_MONTH",
    "10230 REQUEST_BLOCKED_BY_BANK",
  ],
  card_gone: ["3005", "3006"],
  wants_authentication: ["10217 DEBIT_CARDS_REQUIRES_3DS", "10217", "5010"],
  unknown: [
    ...["10202 UNKNOWN", "10204 UNKNOWN", "10236 UNKNOWN", "10203 APPROVED_COMPLETED"],
    ...["10214 COMMUNICATION_OR_SYSTEM_ERROR", "10216 NO_SUCH_ISSUER", "10219 REQUEST_TIMEOUT"],
    ...["10223 REQUIRES_DAY_END", "10228 ISSUER_OR_SWITCH_INOPERATIVE", "10240", "10241", "10242"],
    ...["1", "3", "5", "8", "11", "12", "13", "14", "15", "16", "1000", "1001", "1004", "1007"],
    ...["3001", "3007", "5062", "5111", "9000", "50000", "10999 A_NEW_GROUP", "unreadable"],
  ],
} as const;

Deno.test("meaningOf() reads every documented error, and no other one as a refusal", () => {
  for (const [expected, failures] of Object.entries(MEANINGS)) {
    for (const failure of failures) {
      const [code = "", group] = failure.split(" ");
      const meaning = meaningOf({ code, ...(group !== undefined && { group }) });
      const read = meaning.kind === "declined" ? meaning.reason : meaning.kind;
      assertEquals(read, expected, failure);
    }
  }
});

/** Answers that no rule of iyzico's knows. */
const STRANGE: readonly (readonly [string, () => Response])[] = [
  ["a redirect", () => Response.redirect("https://elsewhere.example/", 302)],
  ["a page", () => new Response("<html></html>")],
  ["no object", () => Response.json([{ status: "success" }])],
  ["no status", () => Response.json({ paymentId: "1" })],
  ["another status", () => Response.json({ status: "maybe" })],
  ["nothing", () => new Response(null, { status: 204 })],
  [
    "a refusal with 503",
    () =>
      Response.json({ status: "failure", errorCode: "10051", errorGroup: "NOT_SUFFICIENT_FUNDS" }, {
        status: 503,
      }),
  ],
  ["a refusal of another request", () =>
    Response.json({
      status: "failure",
      conversationId: "top_another",
      errorCode: "10051",
      errorGroup: "NOT_SUFFICIENT_FUNDS",
    })],
  ["a refusal that names no error", () => Response.json({ status: "failure" })],
  ["more than 1 MiB", () =>
    Response.json({
      status: "failure",
      errorCode: "10051",
      errorGroup: "NOT_SUFFICIENT_FUNDS",
      errorMessage: "x".repeat(1_100_000),
    })],
];

for (const [name, answer] of STRANGE) {
  Deno.test(`charge() whose answer is ${name} leaves the outcome unknown, and is not repeated`, async () => {
    await using fake = openIyzicoFake();
    const stage = new Stage(fake);
    const registered = await stage.register();
    assert(registered?.status === "registered");
    const asked: RequestInit[] = [];
    const gateway = createIyzicoGateway({
      ...SAMPLE_KEYS,
      url: "https://sandbox-api.iyzipay.com",
      buyerDefaults: BUYER_DEFAULTS,
      clock: createTestClock(),
      fetch: (_url, init) => {
        asked.push(init ?? {});
        return Promise.resolve(answer());
      },
    });
    const error = await assertRejects(() =>
      gateway.charge({
        reference: REFERENCE,
        token: registered.token,
        amountKurus: AMOUNT,
        payer: {
          account: { filo: "hergele", userNo: "1001" },
          name: "Ahmet",
          surname: "Yılmaz",
          phoneNumber: "+905551234567",
          email: "ahmet@example.com",
        },
        callbackUrl: "https://kese.example/donus",
      }), Error);
    assert(/^Cannot tell what iyzico did at payment\/auth: [\w ().']+$/.test(error.message));
    assertEquals(asked.map(({ redirect }) => redirect), ["manual"]);
  });
}

Deno.test("check() says what does not work, and shows no key", async () => {
  await using fake = openIyzicoFake();
  const gateway = createIyzicoGateway({
    apiKey: SAMPLE_KEYS.apiKey,
    secretKey: "sandbox-another-secret",
    url: fake.url,
    buyerDefaults: BUYER_DEFAULTS,
    clock: createTestClock(),
  });
  const findings = await gateway.check();
  assertEquals(findings.map(({ works, says }) => `${works} ${says}`), [
    "false iyzico answered 1000",
    "false iyzico answered 1000",
    "false iyzico answered 1000",
  ]);
  assert(!JSON.stringify(findings).includes("sandbox-"));
});

Deno.test("register() fails, and does not refuse the card, if the account may not store cards", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.mayStoreCards(false);
  await stage.register();
  fake.mayStoreCards(true);
  await stage.register();
  assertEquals(stage.endings, ["unknown", "registered"]);
});

/** Signed answers that are about something else, and those that lack what they are asked for. */
const ALTERED: readonly {
  readonly path: string;
  readonly changes: readonly Readonly<Record<string, unknown>>[];
  readonly ask: (stage: Stage) => Promise<void>;
  readonly prepare?: (stage: Stage) => Promise<void>;
}[] = [
  {
    path: "/cardstorage/card",
    changes: [{ cardToken: undefined }, { cardUserKey: "" }, { lastFourDigits: "1234" }],
    ask: async (stage) => void await stage.register(),
  },
  {
    path: "/payment/auth",
    changes: [
      { paymentId: undefined },
      { basketId: "top_another" },
      { currency: "EUR" },
      { price: 10.49 },
      { paidPrice: 10.51 },
    ],
    ask: (stage) => stage.charge(),
  },
  {
    path: "/payment/3dsecure/initialize",
    changes: [
      { paymentId: undefined },
      { conversationId: undefined },
      { threeDSHtmlContent: "" },
      { threeDSHtmlContent: undefined },
    ],
    ask: async (stage) => {
      stage.fake.play("charge", "wants_3ds");
      await stage.charge();
    },
  },
  {
    path: "/payment/detail",
    changes: [
      { paymentId: "1" },
      { basketId: "top_another" },
      { currency: "EUR" },
      { paidPrice: 10.51 },
      { paymentStatus: "FAILURE", paymentId: "1" },
      { paymentStatus: "FAILURE" },
      { paymentStatus: "INIT_THREEDS" },
      { paymentStatus: "A_NEW_STATE" },
      { paymentStatus: undefined },
    ],
    prepare: (stage) => stage.charge(),
    ask: (stage) => stage.inquire(),
  },
  {
    path: "/v2/reporting/payment/details",
    changes: [
      { payments: "many" },
      { payments: ["one"] },
      { payments: [{}] },
      ...["currency", "paymentConversationId", "paidPrice", "paymentId"].map((name) => ({
        [name]: "another",
      })),
      { cancels: "none" },
      { itemTransactions: "none" },
      { itemTransactions: [{ refunds: "none" }] },
    ],
    prepare: (stage) => stage.charge(),
    ask: (stage) => stage.inquire(),
  },
  {
    path: "/payment/cancel",
    changes: [{ paymentId: "1" }, { price: 10.51 }, { currency: "EUR" }],
    prepare: (stage) => stage.charge(),
    ask: (stage) => stage.giveBack(),
  },
  {
    path: "/v2/payment/refund",
    changes: [{ paymentId: "1" }, { price: 2.01 }, { currency: "EUR" }],
    prepare: (stage) => stage.charge(),
    ask: (stage) => stage.giveBack({ amountKurus: kurus(200), whole: false }),
  },
];

for (const { path, changes, prepare, ask } of ALTERED) {
  for (const change of changes) {
    Deno.test(`charge() does not believe an answer of ${path} with ${JSON.stringify(change)}`, async () => {
      await using fake = openIyzicoFake();
      const stage = new Stage(fake);
      await prepare?.(stage);
      fake.alter(path, (reply) => alterReply(reply, change));
      await ask(stage);
      assertEquals(stage.endings.at(-1), "unknown");
    });
  }
}

/** Changes a reply, or the payments in it if it is a report. */
function alterReply(
  reply: Readonly<Record<string, unknown>>,
  change: Readonly<Record<string, unknown>>,
): Readonly<Record<string, unknown>> {
  const { payments } = reply;
  return Array.isArray(payments) && !("payments" in change)
    ? { ...reply, payments: payments.map((payment) => ({ ...payment, ...change })) }
    : { ...reply, ...change };
}

Deno.test("forget() fails if iyzico refuses for another reason than that the card is gone", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  const registered = await stage.register();
  assert(registered?.status === "registered");
  fake.alter("/cardstorage/card", () => ({ status: "failure", errorCode: "1001" }));
  await assertRejects(() => fake.gateway.forget(registered.token), Error, "it answered 1001");
});

Deno.test("inquire() says not_found only in the words that iyzico has for it", async () => {
  for (const errorCode of ["1", "1000", "5086", "10214", "50000"]) {
    await using fake = openIyzicoFake();
    const stage = new Stage(fake);
    fake.alter("/payment/detail", () => ({ status: "failure", errorCode }));
    await stage.inquire();
    await stage.inquire();
    assertEquals(stage.endings, ["unknown", "not_found"], errorCode);
  }
});

Deno.test("inquire() takes a cancelled charge as given back before the reports sum it up", async () => {
  await using fake = openIyzicoFake();
  fake.chargeUnheard(REFERENCE, AMOUNT);
  fake.chargeUnheard(REFERENCE, AMOUNT);
  const [first] = fake.charges(REFERENCE);
  const stage = new Stage(fake);
  stage.providerRef = first?.providerRef;
  await giveBackAll(fake, stage);
  fake.alter(
    "/v2/reporting/payment/details",
    (reply) => alterReply(reply, { paymentRefundStatus: "NOT_REFUNDED" }),
  );
  const inquiry = await fake.gateway.inquire({ reference: REFERENCE, amountKurus: AMOUNT });
  assert(inquiry.status === "charged");
  assertEquals([inquiry.providerRef === first?.providerRef, inquiry.surplus], [false, undefined]);
});

Deno.test("inquire() asks for no endless list of tries", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.play("charge", ...Array<"do_not_honour">(6).fill("do_not_honour"));
  for (let time = 0; time < 6; time++) await stage.charge();
  const asked = fake.arrived.length;
  await stage.inquire();
  assertEquals(stage.endings.at(-1), "unknown");
  assertEquals(fake.arrived.length, asked + 1);
});

Deno.test("giveBack() is given back, not refused, if it shows only after iyzico refused to do it again", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  fake.endDay();
  await giveBackAll(fake, stage);
  // The reports are behind when they are asked first.
  fake.alter(
    "/v2/reporting/payment/details",
    (reply) => alterReply(reply, { paymentRefundStatus: "NOT_REFUNDED", itemTransactions: [] }),
  );
  assertEquals(await giveBackAll(fake, stage), { status: "given_back", how: "refund" });
  assertEquals(stage.shown().leftKurus, 0);
});

Deno.test("giveBack() takes a refund that is signed as the samples of its version are", async () => {
  await using fake = openIyzicoFake();
  const stage = await charged(fake);
  fake.alter("/v2/payment/refund", ({ price: _, currency: __, ...reply }) => reply);
  const part = { amountKurus: kurus(200), whole: false };
  assertEquals(await giveBackAll(fake, stage, part), { status: "given_back", how: "refund" });
});

Deno.test("charge() is declined if 3-D Secure cannot begin, whatever iyzico says, because nothing was charged", async () => {
  const cases = [
    [{ errorCode: "10051", errorGroup: "NOT_SUFFICIENT_FUNDS" }, "insufficient_funds"],
    [
      { errorCode: "10214", errorGroup: "COMMUNICATION_OR_SYSTEM_ERROR" },
      "authentication_required",
    ],
    // A stored card may not do here: the documents contradict each other.
    [{ errorCode: "12" }, "authentication_required"],
  ] as const;
  for (const [failure, reason] of cases) {
    await using fake = openIyzicoFake();
    const stage = new Stage(fake);
    fake.play("charge", "wants_3ds");
    fake.alter("/payment/3dsecure/initialize", () => ({ status: "failure", ...failure }));
    await stage.charge();
    assertEquals(stage.endings, [`declined ${reason}`]);
  }
});

Deno.test("inquire() still knows that a charge was refused because the bank wants to see the user", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.play("charge", "wants_3ds");
  fake.play("start_3ds", "lost_before");
  await stage.charge();
  await stage.inquire();
  assertEquals(stage.endings, ["unknown", "declined authentication_required"]);
});

Deno.test("inquire() takes no refusal that is unsigned, or about something else", async () => {
  const changes = [{ paymentId: "1" }, { basketId: "top_another" }, { price: 10.49 }];
  for (const change of changes) {
    await using fake = openIyzicoFake();
    const stage = new Stage(fake);
    fake.play("charge", "do_not_honour");
    await stage.charge();
    fake.alter("/payment/detail", (reply) => ({ ...reply, ...change }));
    await stage.inquire();
    fake.alter("/payment/detail", ({ signature: _, ...reply }) => reply);
    await stage.inquire();
    await stage.inquire();
    const known = "declined declined";
    assertEquals(stage.endings, [known, "unknown", "unknown", known]);
  }
});

Deno.test("complete() does not know of a payment that nobody finds", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.play("charge", "wants_3ds");
  await stage.charge();
  fake.play("inquire", "finds_nothing");
  await stage.complete("fails");
  await stage.complete("fails");
  const failed = "declined authentication_failed";
  assertEquals(stage.endings, ["requires_action", "unknown", failed]);
});

Deno.test("giveBack() refunds nothing while a cancellation may still succeed", async () => {
  const failures = [
    { errorCode: "5093", retryable: true },
    { errorCode: "10223", errorGroup: "REQUIRES_DAY_END", retryable: true },
    { errorCode: "10223" },
    { errorCode: "1000" },
  ];
  for (const failure of failures) {
    await using fake = openIyzicoFake();
    const stage = await charged(fake);
    fake.alter("/payment/cancel", () => ({ status: "failure", ...failure }));
    await assertRejects(() => giveBackAll(fake, stage), Error, "payment/cancel: it answered");
  }
});

Deno.test("inquire() does not find a charge that iyzico has no more, even if the journal knows its id", async () => {
  await using fake = openIyzicoFake();
  const stage = new Stage(fake);
  fake.play("charge", "wants_3ds");
  await stage.charge();
  fake.play("inquire", "finds_nothing");
  await stage.inquire();
  await stage.inquire();
  assertEquals(stage.endings, ["requires_action", "not_found", "pending awaits user"]);
});
