import { assert, assertEquals, assertRejects } from "@std/assert";
import { createHash } from "node:crypto";
import fc from "fast-check";
import { AMOUNT_MAX_KURUS } from "../../../../domain/limits.ts";
import { kurus } from "../../../../domain/money.ts";
import type { ChargeOrder, ChargeOutcome } from "../../../../domain/ports/card_gateway.ts";
import { createCraftgateGateway } from "../../../../infra/gateways/craftgate/gateway.ts";
import { signWebhook } from "../../../../infra/gateways/craftgate/signing.ts";
import { createTestClock } from "../../../support/clock.ts";
import {
  CRAFTGATE_KEYS,
  type CraftgateFake,
  openCraftgateFake,
} from "../../../support/gateways/craftgate_fake.ts";
import { AMOUNT, PAYER, REFERENCE } from "../scenarios/stage.ts";

async function orderOn({ gateway, card }: CraftgateFake): Promise<ChargeOrder> {
  const registration = await gateway.register(PAYER, card());
  assert(registration.status === "registered");
  const { token } = registration;
  const callbackUrl = "https://kese.example/update_balance/top_1/donus";
  return { reference: REFERENCE, token, amountKurus: AMOUNT, payer: PAYER, callbackUrl };
}

async function chargeOn(fake: CraftgateFake): Promise<string> {
  const outcome = await fake.gateway.charge(await orderOn(fake));
  assert(outcome.status === "charged");
  return outcome.providerRef;
}

Deno.test("charge() and giveBack() send a key of their own with every request, the same when it is repeated", async () => {
  await using fake = openCraftgateFake();
  const order = await orderOn(fake);
  fake.play("charge", "wants_3ds");
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "requires_action");
  const { providerRef } = outcome;
  const message = await fake.userReturns(REFERENCE, "passes");
  assert(message !== undefined);
  const charge = { reference: REFERENCE, providerRef, amountKurus: AMOUNT };
  const giveBack = () =>
    fake.gateway.giveBack({ ...charge, refundReference: "crf_1", whole: true });
  await fake.gateway.complete({ ...charge, message });
  fake.play("give_back", "lost_before");
  await assertRejects(giveBack);
  await fake.gateway.complete({ ...charge, message });
  assertEquals((await giveBack()).status, "given_back");
  const keys = fake.wire.requests.filter(({ method }) => method === "POST")
    .map(({ headers }) => headers.get("x-idempotency-key"));
  const once = ["card_1", REFERENCE, `${REFERENCE}-3ds`];
  const twice = [`${REFERENCE}-complete`, "crf_1"];
  assertEquals(keys, [...once, ...twice, ...twice]);
});

Deno.test("charge() refuses a reference that Craftgate does not take before anything is sent", async () => {
  await using fake = openCraftgateFake();
  const order = await orderOn(fake);
  const sent = fake.wire.requests.length;
  for (const reference of ["+top_1", "-top_1"]) {
    await assertRejects(() => fake.gateway.charge({ ...order, reference }), RangeError);
  }
  assertEquals(fake.wire.requests.length, sent);
});

Deno.test("charge() sends every amount exactly", async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: AMOUNT_MAX_KURUS }), async (amount) => {
      let price = "";
      const gateway = createCraftgateGateway({
        ...CRAFTGATE_KEYS,
        url: "http://127.0.0.1",
        clock: createTestClock(),
        fetch: (_, init) => {
          price = /"price":([^,]+),/.exec(String(init?.body))?.[1] ?? "";
          return Promise.resolve(new Response("", { status: 503 }));
        },
      });
      const { token } = await tokenOnce();
      const callbackUrl = "https://kese.example/";
      const order = { reference: "top_1", token, amountKurus: kurus(amount), callbackUrl };
      await assertRejects(() => gateway.charge({ ...order, payer: PAYER }));
      const [lira = "", decimals = ""] = price.split(".");
      assertEquals(
        `${Number(lira)}${decimals.padEnd(2, "0")}`,
        `${Math.floor(amount / 100)}${String(amount % 100).padStart(2, "0")}`,
      );
    }),
    { numRuns: 200 },
  );
});

let token: Promise<ChargeOrder> | undefined;
function tokenOnce(): Promise<ChargeOrder> {
  return token ??= (async () => {
    await using fake = openCraftgateFake();
    return await orderOn(fake);
  })();
}

Deno.test("inquire() tells of a surplus of any amount, and not of one that went back", async () => {
  await using fake = openCraftgateFake();
  const providerRef = await chargeOn(fake);
  fake.chargeUnheard(REFERENCE, AMOUNT);
  fake.chargeUnheard(REFERENCE, kurus(777));
  const asked = { reference: REFERENCE, amountKurus: AMOUNT };
  const [, second, third] = fake.charges(REFERENCE);
  assert(second !== undefined && third !== undefined);
  const charged = { status: "charged", providerRef, amountKurus: AMOUNT } as const;
  const found = ({ providerRef, amountKurus }: typeof third) => ({ providerRef, amountKurus });
  assertEquals(await fake.gateway.inquire(asked), {
    ...charged,
    surplus: [second, third].map(found),
  });
  const { amountKurus } = third;
  const order = { ...asked, refundReference: "crf_1", whole: true, amountKurus };
  await fake.gateway.giveBack({ ...order, providerRef: third.providerRef });
  assertEquals(await fake.gateway.inquire(asked), { ...charged, surplus: [found(second)] });
});

Deno.test("inquire() does not count a charge that went back by itself", async () => {
  await using fake = openCraftgateFake();
  const providerRef = await chargeOn(fake);
  const asked = { reference: REFERENCE, amountKurus: AMOUNT };
  const order = { ...asked, providerRef, refundReference: "crf_1", whole: true };
  await fake.gateway.giveBack(order);
  assertEquals(await fake.gateway.inquire(asked), { status: "declined", reason: "declined" });
  // Of one that is known, the charge stays what it was.
  const charged = { status: "charged", providerRef, amountKurus: AMOUNT } as const;
  assertEquals(await fake.gateway.inquire({ ...asked, providerRef }), charged);
});

Deno.test("giveBack() says whether the charge was cancelled or refunded", async () => {
  for (const [dayIsOver, how] of [[false, "void"], [true, "refund"]] as const) {
    await using fake = openCraftgateFake();
    const providerRef = await chargeOn(fake);
    if (dayIsOver) fake.endDay();
    const order = { reference: REFERENCE, providerRef, amountKurus: AMOUNT, whole: true };
    const outcome = await fake.gateway.giveBack({ ...order, refundReference: "crf_1" });
    assertEquals(outcome, { status: "given_back", how });
  }
});

Deno.test("giveBack() of more than is left is refused, and of what went back it is given back", async () => {
  await using fake = openCraftgateFake({ honoursKeys: false });
  const providerRef = await chargeOn(fake);
  const part = { reference: REFERENCE, providerRef, whole: false };
  const first = { ...part, refundReference: "crf_1", amountKurus: kurus(1_000) };
  const second = { ...part, refundReference: "crf_2", amountKurus: kurus(51) };
  const refund = { status: "given_back", how: "refund" } as const;
  assertEquals(await fake.gateway.giveBack(first), refund);
  assertEquals(await fake.gateway.giveBack(second), { status: "refused" });
  assertEquals(await fake.gateway.giveBack(first), refund);
});

Deno.test("giveBack() that is refused because it was done before is given back", async () => {
  await using fake = openCraftgateFake({ honoursKeys: false });
  const providerRef = await chargeOn(fake);
  const charge = { reference: REFERENCE, providerRef, amountKurus: AMOUNT };
  const order = { ...charge, refundReference: "crf_1", whole: true };
  await fake.gateway.giveBack(order);
  fake.play("inquire", "finds_nothing"); // as if the other request came a moment later
  assertEquals(await fake.gateway.giveBack(order), { status: "given_back", how: "void" });
  assertEquals(fake.charges(REFERENCE).map(({ givenBackKurus }) => givenBackKurus), [AMOUNT]);
});

const PAID = {
  id: 5,
  externalId: "top_1",
  price: 10.5,
  paidPrice: 10.5,
  currency: "TRY",
  paymentStatus: "SUCCESS",
};

/** The gateway, whose every request is answered with that. */
function answering(data: unknown, refusal?: number) {
  const body = refusal === undefined ? { data } : { errors: { errorCode: "1001" } };
  return createCraftgateGateway({
    ...CRAFTGATE_KEYS,
    url: "http://127.0.0.1",
    clock: createTestClock(),
    fetch: () => Promise.resolve(Response.json(body, { status: refusal ?? 200 })),
  });
}

Deno.test("register() is refused for the card's sake alone, and forget() of what is not there succeeds", async () => {
  await using fake = openCraftgateFake();
  const { token } = await orderOn(fake);
  const register = (status: number) => answering({}, status).register(PAYER, fake.card());
  assertEquals(await register(422), { status: "refused" });
  for (const status of [400, 401, 403]) await assertRejects(() => register(status));
  await answering({}, 404).forget(token);
  for (const status of [400, 401, 422]) {
    await assertRejects(() => answering({}, status).forget(token));
  }
});

const REFUSED = { errorCode: "5048" };
for (
  const [what, [status, errors], isRefused] of [
    ["more than is left", [422, REFUSED], true],
    ["no of the bank's", [422, { errorCode: "10005", errorGroup: "DO_NOT_HONOUR" }], true],
    ["silence of the bank's", [422, { errorCode: "10202", errorGroup: "UNKNOWN" }], false],
    ["a group that nobody knows", [422, { errorCode: "10999", errorGroup: "NEW" }], false],
    ["nothing but an error", [422, {}], false],
    ["keys that are not taken", [401, REFUSED], false],
    ["a right that is missing", [403, REFUSED], false],
    ["the same key under way", [409, REFUSED], false],
    ["too many requests", [429, REFUSED], false],
    ["a fault of the gateway", [500, REFUSED], false],
  ] as const
) {
  Deno.test(`giveBack() that is answered with ${what} is ${isRefused ? "refused" : "unclear"}`, async () => {
    const { giveBack } = createCraftgateGateway({
      ...CRAFTGATE_KEYS,
      url: "http://127.0.0.1",
      clock: createTestClock(),
      fetch: (_, init) =>
        Promise.resolve(
          init?.method === "GET"
            ? Response.json({ data: { items: [] } })
            : Response.json({ errors }, { status }),
        ),
    });
    const order = { reference: "top_1", providerRef: "5", amountKurus: AMOUNT, whole: true };
    const given = () => giveBack({ ...order, refundReference: "crf_1" });
    if (isRefused) assertEquals(await given(), { status: "refused" });
    else await assertRejects(given, Error, "Cannot tell what Craftgate did");
  });
}

Deno.test("inquireGiveBack() does not believe a list that is not whole", async () => {
  const order = { reference: "top_1", providerRef: "5", amountKurus: AMOUNT, whole: true };
  const inquire = (data: unknown) =>
    answering(data).inquireGiveBack({ ...order, refundReference: "crf_1" });
  assertEquals(await inquire({ items: [], totalSize: 0 }), { status: "not_found" });
  await assertRejects(() => inquire({ items: [], totalSize: 1 }), Error, "not whole");
});

Deno.test("complete() takes no payment of another amount, even of a user who failed", async () => {
  const asked = { reference: "top_1", providerRef: "5", amountKurus: AMOUNT };
  const message = bringsFrom("5", "", "FAILURE", "top_1");
  // The same for who asks for the payment, and for who asks for the list of all.
  const complete = (data: Readonly<Record<string, unknown>>) =>
    answering({ ...data, items: [data] }).complete({ ...asked, message });
  const waiting = { ...PAID, paymentStatus: "INIT_THREEDS" };
  const failed = { status: "declined", reason: "authentication_failed" } as const;
  assertEquals(await complete({ ...waiting, items: [waiting] }), failed);
  await assertRejects(() => complete({ ...waiting, price: 10.4 }), Error, "another amount");
  await assertRejects(() => complete({ ...waiting, paidPrice: 11 }), Error, "another amount");
  await assertRejects(() => complete({ ...PAID, price: 11, paidPrice: 11 }), Error, "another");
});

const FAILED = { ...PAID, paymentStatus: "FAILURE" };
/** Lists that an inquiry must not believe. */
const LISTS: Readonly<Record<string, unknown>> = {
  "that is not whole": { items: [PAID], totalSize: 2 },
  "with a payment of another reference": { items: [PAID, { ...PAID, id: 6, externalId: "top_2" }] },
  "with a charge of another amount": { items: [{ ...PAID, paidPrice: 10 }] },
  "with a failure of another amount": { items: [{ ...FAILED, price: 10 }] },
  "with a failure in another currency": { items: [{ ...FAILED, currency: "USD" }] },
  "with a state that nobody knows": { items: [{ ...PAID, paymentStatus: "REVERSED" }] },
  "with a surplus that cannot be read": { items: [PAID, { ...PAID, id: 6, paidPrice: 0.001 }] },
  "without items": { totalSize: 0 },
};
for (const [what, data] of Object.entries(LISTS)) {
  Deno.test(`inquire() does not believe a list ${what}`, async () => {
    const { inquire } = answering(data);
    await assertRejects(
      () => inquire({ reference: "top_1", amountKurus: AMOUNT }),
      Error,
      "Cannot tell what Craftgate did",
    );
  });
}

Deno.test("complete() takes no answer about another payment of the same reference", async () => {
  const asked = { reference: "top_1", providerRef: "6", amountKurus: AMOUNT };
  const message = bringsFrom("6", "WAITING", "SUCCESS", "top_1");
  // The same for who asks for the payment, and for who asks for the list of all.
  const complete = (data: Readonly<Record<string, unknown>>) =>
    answering({ ...data, items: [data] }).complete({ ...asked, message });
  await assertRejects(() => complete(PAID), Error, "another payment");
  assertEquals((await complete({ ...PAID, id: 6 })).status, "charged");
});

Deno.test("giveBack() of a part takes no payment that is another one or has several lines", async () => {
  const line = { id: 50, paidPrice: 10.5 };
  const order = { reference: "top_1", providerRef: "5", refundReference: "crf_1", whole: false };
  const giveBack = (payment: unknown) =>
    answering({ ...PAID, items: [], ...payment as object })
      .giveBack({ ...order, amountKurus: kurus(450) });
  for (const other of [{ id: 6 }, { externalId: "top_2" }]) {
    await assertRejects(
      () => giveBack({ paymentTransactions: [line], ...other }),
      Error,
      "its payment is another one",
    );
  }
  for (const paymentTransactions of [[], [line, { ...line, id: 51 }]]) {
    await assertRejects(() => giveBack({ paymentTransactions }), Error, "has not one line");
  }
});

/** What Craftgate could answer to a charge, and what it must mean. */
const ANSWERS: Readonly<Record<string, readonly [status: number, body: string]>> = {
  "no JSON": [200, "charged"],
  "no data": [200, "{}"],
  "nothing": [200, ""],
  "another shape": [200, '{"data":{"id":5}}'],
  "a redirect": [302, JSON.stringify({ data: PAID })],
  "an HTML page not found": [404, "<html></html>"],
  "a refused signature": [401, '{"errors":{"errorCode":"1000"}}'],
  "too many requests": [
    429,
    '{"errors":{"errorCode":"10051","errorGroup":"NOT_SUFFICIENT_FUNDS"}}',
  ],
  "the same request under way": [409, '{"errors":{"errorGroup":"NOT_SUFFICIENT_FUNDS"}}'],
  "a fault of the gateway": [500, '{"errors":{"errorGroup":"NOT_SUFFICIENT_FUNDS"}}'],
  "a refused field": [422, '{"errors":{"errorCode":"1001","errorDescription":"geçersiz"}}'],
  "charged before": [422, '{"errors":{"errorCode":"10203","errorGroup":"APPROVED_COMPLETED"}}'],
  "more than is read": [200, `{"data":"${"x".repeat(1_100_000)}"}`],
};
for (const [what, [status, body]] of Object.entries(ANSWERS)) {
  Deno.test(`charge() that is answered with ${what} has no known outcome`, async () => {
    const { token } = await tokenOnce();
    const gateway = createCraftgateGateway({
      ...CRAFTGATE_KEYS,
      url: "http://127.0.0.1",
      clock: createTestClock(),
      fetch: () => Promise.resolve(new Response(body, { status })),
    });
    const callbackUrl = "https://kese.example/";
    const order = { reference: "top_1", token, amountKurus: AMOUNT, payer: PAYER, callbackUrl };
    await assertRejects(() => gateway.charge(order), Error, "Cannot tell what Craftgate did");
  });
}

/** What a browser brings from a bank that charges by itself. */
function bringsFrom(
  providerRef: string,
  completeStatus: string,
  status = "SUCCESS",
  reference = REFERENCE,
) {
  const values = [status, completeStatus, providerRef, "", reference, ""];
  const hash = createHash("sha256").update([CRAFTGATE_KEYS.callbackKey, ...values].join("###"))
    .digest("hex");
  const form = new URLSearchParams({
    status,
    completeStatus,
    paymentId: providerRef,
    conversationId: reference,
    hash,
  });
  return { kind: "callback", headers: new Headers(), body: String(form) } as const;
}

Deno.test("complete() asks for nothing more when the bank has charged by itself", async () => {
  await using fake = openCraftgateFake();
  const providerRef = await chargeOn(fake);
  const charge = { reference: REFERENCE, providerRef, amountKurus: AMOUNT };
  const complete = (completeStatus: string, status?: string): Promise<ChargeOutcome> => {
    const message = bringsFrom(providerRef, completeStatus, status);
    return fake.gateway.complete({ ...charge, message });
  };
  const charged = { status: "charged", providerRef, amountKurus: AMOUNT } as const;
  assertEquals(await complete("SUCCESS"), charged);
  // What the browser says does not count against the payment itself.
  assertEquals(await complete("", "FAILURE"), charged);
  assert(!fake.arrived.includes("complete"));
});

Deno.test("complete() takes no message about another payment", async () => {
  await using fake = openCraftgateFake();
  const providerRef = await chargeOn(fake);
  const charge = { reference: REFERENCE, providerRef, amountKurus: AMOUNT };
  const asked = fake.arrived.length;
  await assertRejects(() =>
    fake.gateway.complete({ ...charge, message: bringsFrom("1", "WAITING") })
  );
  await assertRejects(() =>
    fake.gateway.complete({
      ...charge,
      reference: "top_another",
      message: bringsFrom(providerRef, "WAITING"),
    })
  );
  assertEquals(fake.arrived.length, asked);
});

Deno.test("verify() rejects if Craftgate does not say whose payment a webhook is about", async () => {
  await using fake = openCraftgateFake();
  await chargeOn(fake);
  const message = await fake.webhook(REFERENCE, "signed");
  assert(message !== undefined);
  fake.play("inquire", "server_error_before");
  await assertRejects(() => fake.gateway.verify(message), Error, "Cannot tell what Craftgate did");
});

Deno.test("verify() of a webhook about a refund names no charge", async () => {
  await using fake = openCraftgateFake();
  const fields = { eventType: "REFUND", eventTimestamp: "1", status: "SUCCESS", payloadId: "7" };
  const signature = signWebhook(fields, CRAFTGATE_KEYS.webhookKey);
  const headers = new Headers({ "x-cg-signature-v1": signature });
  const body = JSON.stringify(fields);
  assertEquals(await fake.gateway.verify({ kind: "webhook", headers, body }), {});
  assertEquals(fake.arrived, []);
});
