import { assert, assertEquals, assertRejects } from "@std/assert";
import { CardNumber } from "../../../../domain/card_number.ts";
import { CardToken } from "../../../../domain/card_token.ts";
import { kurus } from "../../../../domain/money.ts";
import type { ChargeOrder, Registration } from "../../../../domain/ports/card_gateway.ts";
import { createStripeGateway } from "../../../../infra/gateways/stripe/gateway.ts";
import { createTestClock, MINUTE, NOW } from "../../../support/clock.ts";
import {
  openStripeFake,
  ownerOf,
  STRIPE_KEYS,
  type StripeFake,
} from "../../../support/gateways/stripe_fake.ts";
import { AMOUNT, PAYER, REFERENCE } from "../scenarios/stage.ts";

const TOKEN = new CardToken("cus_1/pm_1");
const ORDER: ChargeOrder = {
  reference: REFERENCE,
  token: TOKEN,
  amountKurus: AMOUNT,
  payer: PAYER,
  callbackUrl: "https://kese.example/update_balance/top_1/donus",
};
const ASKED = { reference: REFERENCE, amountKurus: AMOUNT };

async function registered(fake: StripeFake): Promise<Extract<Registration, { token: CardToken }>> {
  const registration = await fake.gateway.register(PAYER, fake.card());
  assert(registration.status === "registered");
  return registration;
}

async function orderOn(fake: StripeFake): Promise<ChargeOrder> {
  return { ...ORDER, token: (await registered(fake)).token };
}

Deno.test("register() tells what only Stripe knows of the card", async () => {
  await using fake = openStripeFake();
  const { card } = await registered(fake);
  const { fingerprint, ...shown } = card ?? { fingerprint: "" };
  assertEquals(shown, {
    bin: null,
    last4: "4242",
    brand: "visa",
    expiry: { month: 5, year: 2031 },
  });
  assert(fingerprint.startsWith("print-"));
});

Deno.test("register() takes a card of a Customer of the same account alone", async () => {
  await using fake = openStripeFake();
  const register = (gatewayToken: string) =>
    fake.gateway.register(PAYER, { cardId: "card_1", gatewayToken });
  const own = await register(fake.save(ownerOf(PAYER.account)));
  assertEquals(own.status, "registered");
  const foreign = fake.save(ownerOf({ filo: "hergele", userNo: "2002" }));
  assertEquals(await register(foreign), { status: "refused" });
  // A Customer that says nothing of its account may be anybody's.
  assertEquals(await register(fake.save("")), { status: "refused" });
  // What was registered before is registered again, as after an answer that was lost.
  const saved = fake.save();
  assertEquals((await register(saved)).status, "registered");
  assertEquals((await register(saved)).status, "registered");
});

for (const gatewayToken of ["", "pm_", "pm_1/../../refunds", "pm_1?a=b", "seti_1", "pm_unheard"]) {
  Deno.test(`register() refuses the token "${gatewayToken}"`, async () => {
    await using fake = openStripeFake();
    const outcome = await fake.gateway.register(PAYER, { cardId: "card_1", gatewayToken });
    assertEquals(outcome, { status: "refused" });
    const isForm = /^pm_\w+$/.test(gatewayToken);
    assertEquals(fake.wire.requests.length, isForm ? 1 : 0);
  });
}

for (
  const [what, attached] of [
    ["another customer's", { customer: "cus_2" }],
    ["another card", { id: "pm_2" }],
  ] as const
) {
  Deno.test(`register() that is answered with ${what} is unclear`, async () => {
    const card = {
      brand: "visa",
      last4: "4242",
      exp_month: 5,
      exp_year: 2031,
      fingerprint: "print",
    };
    const method = { id: "pm_1", customer: null, card };
    const { register } = createStripeGateway({
      ...STRIPE_KEYS,
      url: "http://127.0.0.1",
      clock: createTestClock(),
      fetch: (url) => {
        const { pathname } = new URL(String(url));
        if (pathname.endsWith("/customers")) return Promise.resolve(Response.json({ id: "cus_1" }));
        const isAttach = pathname.endsWith("/attach");
        const shown = isAttach ? { ...method, customer: "cus_1", ...attached } : method;
        return Promise.resolve(Response.json(shown));
      },
    });
    await assertRejects(
      () => register(PAYER, { cardId: "card_1", gatewayToken: "pm_1" }),
      Error,
      "its card cannot be read",
    );
  });
}

Deno.test("register() takes no number", async () => {
  await using fake = openStripeFake();
  const number = CardNumber.parse("4242424242424242");
  assert(number !== undefined);
  const outcome = await fake.gateway.register(PAYER, { cardId: "card_1", number });
  assertEquals(outcome, { status: "refused" });
  assertEquals(fake.wire.requests, []);
});

Deno.test("charge() leaves the bank's page open for a quarter of an hour, and then nothing can be charged any more", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  fake.play("charge", "wants_3ds");
  const begun = await fake.gateway.charge(order);
  assert(begun.status === "requires_action");
  const { providerRef } = begun;
  assertEquals(begun.expiresAt, NOW + 15 * MINUTE);
  assertEquals(begun.action, {
    kind: "redirect",
    url: `https://hooks.stripe.com/3ds/${providerRef}`,
  });
  fake.clock.advance(15 * MINUTE - 1);
  assertEquals(await fake.gateway.inquire({ ...order, providerRef }), begun);
  fake.clock.advance(1);
  const expired = { status: "declined", reason: "authentication_expired" } as const;
  assertEquals(await fake.gateway.inquire({ ...order, providerRef }), expired);
  await fake.userReturns(REFERENCE, "passes");
  assertEquals(fake.charges(REFERENCE), []);
  assertEquals(await fake.gateway.inquire({ ...order, providerRef }), expired);
});

Deno.test("inquire() after the time of the page finds the charge of a user who was quicker", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  fake.play("charge", "wants_3ds");
  const begun = await fake.gateway.charge(order);
  assert(begun.status === "requires_action");
  const { providerRef } = begun;
  fake.clock.advance(20 * MINUTE);
  await fake.userReturns(REFERENCE, "passes");
  const charged = { status: "charged", providerRef, amountKurus: AMOUNT } as const;
  assertEquals(await fake.gateway.inquire({ ...order, providerRef }), charged);
});

Deno.test("inquire() tells of a surplus of any amount, and not of one that went back", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  const { token } = order;
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "charged");
  fake.chargeUnheard(REFERENCE, AMOUNT);
  fake.chargeUnheard(REFERENCE, kurus(777));
  fake.chargeUnheard("top_another", kurus(999));
  const [, second, third] = fake.charges(REFERENCE)
    .map(({ providerRef, amountKurus }) => ({ providerRef, amountKurus }));
  assert(second !== undefined && third !== undefined);
  const surplus = [second, third];
  assertEquals(await fake.gateway.inquire({ ...ASKED, token }), { ...outcome, surplus });
  await fake.gateway.giveBack({ ...ASKED, ...third, refundReference: "crf_1", whole: true });
  assertEquals(await fake.gateway.inquire({ ...ASKED, token }), { ...outcome, surplus: [second] });
});

Deno.test("inquire() reads more than one page, and asks by id if the card is not known", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "charged");
  for (let count = 0; count < 150; count++) fake.chargeUnheard(`top_${count}`, AMOUNT);
  assertEquals(await fake.gateway.inquire({ ...ASKED, token: order.token }), outcome);
  assertEquals(fake.wire.requests.slice(-2).map(({ query }) => query.has("starting_after")), [
    false,
    true,
  ]);
  const { providerRef } = outcome;
  assertEquals(await fake.gateway.inquire({ ...ASKED, providerRef }), outcome);
  await assertRejects(() => fake.gateway.inquire(ASKED), Error, "the card is not known");
});

Deno.test("inquire() does not say not_found of a charge that it knows by its id", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "charged");
  fake.play("inquire", "finds_nothing");
  await assertRejects(() => fake.gateway.inquire({ ...order, providerRef: outcome.providerRef }));
});

Deno.test("charge() of the same reference with another amount charges nothing, and has no known outcome", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  await fake.gateway.charge(order);
  const other = { ...order, amountKurus: kurus(1) };
  await assertRejects(() => fake.gateway.charge(other), Error, "idempotency_error");
  assertEquals(fake.charges(REFERENCE).length, 1);
});

Deno.test("giveBack() of more than is left is refused", async () => {
  await using fake = openStripeFake();
  const outcome = await fake.gateway.charge(await orderOn(fake));
  assert(outcome.status === "charged");
  const { providerRef } = outcome;
  const part = { reference: REFERENCE, providerRef, whole: false };
  const first = { ...part, refundReference: "crf_1", amountKurus: kurus(1_000) };
  const second = { ...part, refundReference: "crf_2", amountKurus: kurus(51) };
  const refund = { status: "given_back", how: "refund" } as const;
  assertEquals(await fake.gateway.giveBack(first), refund);
  assertEquals(await fake.gateway.giveBack(second), { status: "refused" });
  assertEquals(await fake.gateway.inquireGiveBack(first), refund);
  assertEquals(await fake.gateway.inquireGiveBack(second), { status: "not_found" });
});

Deno.test("giveBack() gives nothing back again after the day in which Stripe knows a key", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "charged");
  const { providerRef } = outcome;
  const part = { reference: REFERENCE, providerRef, whole: false, amountKurus: kurus(450) };
  const refund = { ...part, refundReference: "crf_1" };
  await fake.gateway.giveBack(refund);
  const { repeatableSeconds } = fake.gateway.traits;
  fake.clock.advance(repeatableSeconds * 1_000 - 1);
  assertEquals(await fake.gateway.charge(order), outcome);
  fake.clock.advance(2);
  await fake.gateway.giveBack(refund);
  assertEquals(fake.charges(REFERENCE).map(({ givenBackKurus }) => givenBackKurus), [kurus(450)]);
  // So long and no longer is a charge repeatable.
  await fake.gateway.charge(order);
  assertEquals(fake.charges(REFERENCE).length, 2);
});

Deno.test("giveBack() that is refused because it was done before is given back", async () => {
  await using fake = openStripeFake();
  const outcome = await fake.gateway.charge(await orderOn(fake));
  assert(outcome.status === "charged");
  const { providerRef } = outcome;
  const order = { ...ASKED, providerRef, refundReference: "crf_1", whole: true };
  await fake.gateway.giveBack(order);
  fake.clock.advance(25 * 60 * MINUTE);
  fake.play("inquire", "finds_nothing"); // as if the other request came a moment later
  assertEquals(await fake.gateway.giveBack(order), { status: "given_back", how: "refund" });
  assertEquals(fake.charges(REFERENCE).map(({ givenBackKurus }) => givenBackKurus), [AMOUNT]);
});

const INTENT = {
  id: "pi_1",
  amount: AMOUNT,
  amount_received: AMOUNT,
  currency: "try",
  created: NOW / 1_000,
  livemode: false,
  status: "succeeded",
  metadata: { reference: REFERENCE },
};
const CARD_ERROR = {
  type: "card_error",
  code: "card_declined",
  decline_code: "insufficient_funds",
};
const TRIED = { ...INTENT, status: "requires_payment_method", amount_received: 0 };

/** The gateway, whose every request is answered in the same way. */
function answering(status: number, body: unknown) {
  const text = typeof body === "string" ? body : JSON.stringify(body);
  return createStripeGateway({
    ...STRIPE_KEYS,
    url: "http://127.0.0.1",
    clock: createTestClock(),
    fetch: () => Promise.resolve(new Response(text, { status })),
  });
}

Deno.test("inquire() counts the charge of a user who confirms while it gives up waiting", async () => {
  const waiting = {
    ...INTENT,
    status: "requires_action",
    amount_received: 0,
    next_action: { redirect_to_url: { url: "https://hooks.stripe.com/3ds" } },
  };
  const clock = createTestClock(NOW + 15 * MINUTE);
  const { inquire } = createStripeGateway({
    ...STRIPE_KEYS,
    url: "http://127.0.0.1",
    clock,
    fetch: (url) => {
      const { pathname } = new URL(String(url));
      if (pathname.endsWith("/cancel")) {
        const error = { type: "invalid_request_error", code: "payment_intent_unexpected_state" };
        return Promise.resolve(Response.json({ error }, { status: 400 }));
      }
      const list = { data: [waiting], has_more: false };
      return Promise.resolve(Response.json(pathname.endsWith("/pi_1") ? INTENT : list));
    },
  });
  assertEquals(await inquire({ ...ASKED, token: TOKEN }), {
    status: "charged",
    providerRef: "pi_1",
    amountKurus: AMOUNT,
  });
});

Deno.test("complete() takes no intent but the one that the user was sent to", async () => {
  const asked = {
    ...ASKED,
    message: { kind: "callback", headers: new Headers(), body: "" },
  } as const;
  const { complete } = answering(200, INTENT);
  assertEquals((await complete({ ...asked, providerRef: "pi_1" })).status, "charged");
  await assertRejects(() => complete({ ...asked, providerRef: "pi_2" }), Error, "another charge");
});

/** What Stripe could answer to a charge, after which nobody knows what happened. */
const UNCLEAR: Readonly<Record<string, readonly [status: number, body: unknown]>> = {
  "no JSON": [200, "charged"],
  "another shape": [200, { id: "pi_1" }],
  "a redirect": [302, INTENT],
  "less received than asked for": [200, { ...INTENT, amount_received: AMOUNT - 1 }],
  "money of the other mode": [200, { ...INTENT, livemode: true }],
  "an intent that is held": [200, { ...INTENT, status: "requires_capture" }],
  "an intent that was not tried": [200, TRIED],
  "a page that is not safe": [200, {
    ...INTENT,
    status: "requires_action",
    next_action: { redirect_to_url: { url: "http://bank.example/" } },
  }],
  "a decline without its intent": [402, { error: CARD_ERROR }],
  "a refusal of another type with an intent": [402, {
    error: { type: "invalid_request_error", payment_intent: TRIED },
  }],
  "a decline of another charge": [402, {
    error: { ...CARD_ERROR, payment_intent: { ...TRIED, metadata: { reference: "top_2" } } },
  }],
  "a decline of what succeeded": [402, { error: { ...CARD_ERROR, payment_intent: INTENT } }],
  "a key that is not taken": [401, { error: { type: "invalid_request_error" } }],
  "the same key under way": [409, { error: { type: "idempotency_error" } }],
  "too many requests": [429, { error: { ...CARD_ERROR, payment_intent: TRIED } }],
  "a fault of the gateway": [500, { error: { type: "api_error", payment_intent: TRIED } }],
};
for (const [what, [status, body]] of Object.entries(UNCLEAR)) {
  Deno.test(`charge() that is answered with ${what} has no known outcome`, async () => {
    const { charge } = answering(status, body);
    await assertRejects(() => charge(ORDER), Error, "Cannot tell what Stripe did");
  });
}

const METHOD = { id: "pm_1", customer: "cus_1" };
for (
  const [what, refusal, method, isGone] of [
    ["is detached", [400, { type: "invalid_request_error" }], { ...METHOD, customer: null }, true],
    [
      "is another's",
      [400, { type: "invalid_request_error" }],
      { ...METHOD, customer: "cus_2" },
      true,
    ],
    ["is not there", [404, { type: "invalid_request_error" }], undefined, true],
    ["is there", [400, { type: "invalid_request_error" }], METHOD, false],
    ["is declined without an intent", [402, CARD_ERROR], undefined, false],
    ["is not there, in a fault of another type", [402, { type: "api_error" }], undefined, false],
  ] as const
) {
  Deno.test(`charge() of a card that ${what} ${isGone ? "says that it is gone" : "is unclear"}`, async () => {
    const [status, error] = refusal;
    const { charge } = createStripeGateway({
      ...STRIPE_KEYS,
      url: "http://127.0.0.1",
      clock: createTestClock(),
      fetch: (_, init) =>
        Promise.resolve(
          init?.method === "POST"
            ? Response.json({ error }, { status })
            : method === undefined
            ? Response.json({ error: { type: "invalid_request_error" } }, { status: 404 })
            : Response.json(method),
        ),
    });
    if (isGone) assertEquals(await charge(ORDER), { status: "declined", reason: "card_gone" });
    else await assertRejects(() => charge(ORDER), Error, "Cannot tell what Stripe did");
  });
}

const REFUND = { type: "invalid_request_error", code: "charge_already_refunded" };
for (
  const [what, [status, error], isRefused] of [
    ["more than is left", [400, REFUND], true],
    ["a key that is not taken", [401, REFUND], false],
    ["a right that the key lacks", [403, REFUND], false],
    ["the same key with another request", [400, { type: "idempotency_error" }], false],
    ["the same key under way", [409, REFUND], false],
    ["too many requests", [429, REFUND], false],
    ["a fault of the gateway", [500, REFUND], false],
  ] as const
) {
  Deno.test(`giveBack() that is answered with ${what} is ${isRefused ? "refused" : "unclear"}`, async () => {
    const list = { object: "list", data: [], has_more: false };
    const { giveBack } = createStripeGateway({
      ...STRIPE_KEYS,
      url: "http://127.0.0.1",
      clock: createTestClock(),
      fetch: (_, init) =>
        Promise.resolve(
          init?.method === "GET" ? Response.json(list) : Response.json({ error }, { status }),
        ),
    });
    const order = { ...ASKED, providerRef: "pi_1", refundReference: "crf_1", whole: true };
    if (isRefused) assertEquals(await giveBack(order), { status: "refused" });
    else await assertRejects(() => giveBack(order), Error, "Cannot tell what Stripe did");
  });
}

/** decline_code or code, and what is said of it. */
const REASONS = {
  insufficient_funds: "insufficient_funds",
  expired_card: "expired_card",
  generic_decline: "declined",
  do_not_honor: "declined",
  fraudulent: "declined",
  lost_card: "declined",
  stolen_card: "declined",
  pickup_card: "declined",
  issuer_not_available: "declined",
  processing_error: "declined",
  try_again_later: "declined",
  one_of_next_year: "declined",
} as const;
for (const [decline_code, reason] of Object.entries(REASONS)) {
  Deno.test(`charge() that is declined with ${decline_code} says ${reason}`, async () => {
    const error = { ...CARD_ERROR, decline_code, payment_intent: TRIED };
    assertEquals(await answering(402, { error }).charge(ORDER), { status: "declined", reason });
  });
}

Deno.test("verify() of the address of return is a hint at the intent, if it is one", async () => {
  const { verify } = answering(200, "");
  const ask = (body: string) => verify({ kind: "callback", headers: new Headers(), body });
  assertEquals(await ask("payment_intent=pi_1&redirect_status=succeeded"), { providerRef: "pi_1" });
  for (const body of ["", "payment_intent=", "payment_intent=pi_1/cancel", "payment_intent=x"]) {
    assertEquals(await ask(body), undefined);
  }
});
