import { assert, assertEquals, assertRejects } from "@std/assert";
import Stripe from "stripe";
import type { ChargeOrder } from "../../../../domain/ports/card_gateway.ts";
import { STRIPE_VERSION } from "../../../../infra/gateways/stripe/calls.ts";
import { verify } from "../../../../infra/gateways/stripe/messages.ts";
import {
  openStripeFake,
  STRIPE_KEYS,
  type StripeFake,
} from "../../../support/gateways/stripe_fake.ts";
import { AMOUNT, PAYER, REFERENCE } from "../scenarios/stage.ts";

const CALLBACK_URL = "https://kese.example/update_balance/top_1/donus";

/** Stripe's own client, connected to the fake. */
function clientOf({ url }: StripeFake): Stripe {
  const { hostname, port } = new URL(url);
  return new Stripe(STRIPE_KEYS.secretKey, {
    host: hostname,
    port: Number(port),
    protocol: "http",
    maxNetworkRetries: 0,
    telemetry: false,
  });
}

async function orderOn({ gateway, card }: StripeFake): Promise<ChargeOrder> {
  const registration = await gateway.register(PAYER, card());
  assert(registration.status === "registered");
  const { token } = registration;
  return {
    reference: REFERENCE,
    token,
    amountKurus: AMOUNT,
    payer: PAYER,
    callbackUrl: CALLBACK_URL,
  };
}

/** The newest request as far as the two clients must agree. */
function lastRequest({ wire }: StripeFake) {
  const request = wire.requests.at(-1);
  assert(request !== undefined);
  const { method, path, query, headers, body } = request;
  const same = ["authorization", "content-type", "idempotency-key", "stripe-version"];
  return {
    method,
    path,
    query: Object.fromEntries(query),
    form: Object.fromEntries(new URLSearchParams(body)),
    headers: Object.fromEntries(
      same.map((
        name,
      ) => [name, method === "GET" && name === "content-type" ? "" : headers.get(name)]),
    ),
  };
}

function toIntent({ token }: ChargeOrder): Stripe.PaymentIntentCreateParams {
  const [customer = "", payment_method = ""] = token.reveal().split("/");
  return {
    amount: AMOUNT,
    currency: "try",
    customer,
    payment_method,
    allowed_payment_method_types: ["card"],
    off_session: true,
    confirm: true,
    metadata: { reference: REFERENCE },
  };
}

Deno.test("charge() asks for what Stripe's own client asks for", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  await fake.gateway.charge(order);
  const own = lastRequest(fake);
  const options = { idempotencyKey: REFERENCE };
  const intent = await clientOf(fake).paymentIntents.create(toIntent(order), options);
  assertEquals(own, lastRequest(fake));
  // Their client reads the fake's answer, which is the first one again.
  assertEquals([intent.status, intent.amount_received], ["succeeded", AMOUNT]);
  assertEquals(fake.charges(REFERENCE).length, 1);
});

Deno.test("charge() brings the user in as Stripe's own client does", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  fake.play("charge", "wants_3ds");
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "requires_action");
  const own = lastRequest(fake);
  const { payment_method = "" } = toIntent(order);
  const intent = await clientOf(fake).paymentIntents.confirm(outcome.providerRef, {
    payment_method,
    return_url: CALLBACK_URL,
  }, { idempotencyKey: `${REFERENCE}-3ds` });
  assertEquals(own, lastRequest(fake));
  assert(outcome.action.kind === "redirect");
  assertEquals(intent.next_action?.redirect_to_url?.url, outcome.action.url);
});

Deno.test("openStripeFake() declines with what is a decline to Stripe's own client", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  fake.play("charge", "insufficient_funds");
  const error = await assertRejects(() => clientOf(fake).paymentIntents.create(toIntent(order)));
  assert(error instanceof Stripe.errors.StripeCardError);
  assertEquals([error.statusCode, error.decline_code], [402, "insufficient_funds"]);
  assertEquals(error.payment_intent?.metadata, { reference: REFERENCE });
});

Deno.test("inquire() asks for what Stripe's own client asks for", async () => {
  await using fake = openStripeFake();
  const order = await orderOn(fake);
  await fake.gateway.inquire(order);
  const own = lastRequest(fake);
  const { customer = "" } = toIntent(order);
  const expand = ["data.latest_charge"];
  await clientOf(fake).paymentIntents.list({ customer, expand, limit: 100 });
  assertEquals(own, lastRequest(fake));
});

Deno.test("inquire() by a charge's name, and giving up on its user, ask for what Stripe's own client asks for", async () => {
  await using fake = openStripeFake();
  const { paymentIntents } = clientOf(fake);
  const order = await orderOn(fake);
  fake.play("charge", "wants_3ds");
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "requires_action");
  const { providerRef } = outcome;
  const asked = { reference: REFERENCE, amountKurus: AMOUNT, providerRef };
  await fake.gateway.inquire(asked);
  const own = lastRequest(fake);
  await paymentIntents.retrieve(providerRef, { expand: ["latest_charge"] });
  assertEquals(own, lastRequest(fake));
  fake.clock.advance(3_600_000);
  await fake.gateway.inquire(asked);
  const { headers: _, ...cancelled } = lastRequest(fake);
  assertEquals(cancelled.path, `/v1/payment_intents/${providerRef}/cancel`);
  await paymentIntents.cancel(providerRef, { cancellation_reason: "abandoned" });
  // Their client makes up a key.
  const { headers: __, ...theirs } = lastRequest(fake);
  assertEquals(cancelled, theirs);
});

Deno.test("giveBack() and its inquiry ask for what Stripe's own client asks for", async () => {
  await using fake = openStripeFake();
  const outcome = await fake.gateway.charge(await orderOn(fake));
  assert(outcome.status === "charged");
  const { providerRef } = outcome;
  const order = { reference: REFERENCE, providerRef, amountKurus: AMOUNT, whole: true };
  await fake.gateway.giveBack({ ...order, refundReference: "crf_1" });
  const own = lastRequest(fake);
  const { refunds } = clientOf(fake);
  const params = {
    payment_intent: providerRef,
    amount: AMOUNT,
    metadata: { reference: "crf_1" },
  };
  await refunds.create(params, { idempotencyKey: "crf_1" });
  assertEquals(own, lastRequest(fake));
  await fake.gateway.inquireGiveBack({ ...order, refundReference: "crf_1" });
  const asked = lastRequest(fake);
  await refunds.list({ payment_intent: providerRef, limit: 100 });
  assertEquals(asked, lastRequest(fake));
});

Deno.test("register() and forget() ask for what Stripe's own client asks for", async () => {
  await using fake = openStripeFake();
  const card = fake.card();
  const registration = await fake.gateway.register(PAYER, card);
  assert(registration.status === "registered");
  const [customer = "", method = ""] = registration.token.reveal().split("/");
  const { customers, paymentMethods } = clientOf(fake);
  const attached = lastRequest(fake);
  await paymentMethods.attach(method, { customer }, { idempotencyKey: `${card.cardId}-attach` });
  assertEquals(attached, lastRequest(fake));
  const created = fake.wire.requests.findIndex(({ path }) => path === "/v1/customers");
  await customers.create(
    { metadata: { kese_account: "hergele/1001" } },
    { idempotencyKey: `${card.cardId}-customer` },
  );
  const { body } = fake.wire.requests[created] ?? { body: "" };
  assertEquals(Object.fromEntries(new URLSearchParams(body)), lastRequest(fake).form);
  await fake.gateway.forget(registration.token);
  const forgotten = lastRequest(fake);
  await assertRejects(() => paymentMethods.detach(method)); // it is detached by now
  const { headers: _, ...rest } = lastRequest(fake);
  const { headers: __, ...own } = forgotten;
  assertEquals(own, rest);
});

Deno.test("STRIPE_VERSION is that of Stripe's own client", () => {
  assertEquals(STRIPE_VERSION, Stripe.API_VERSION);
});

const { webhooks } = new Stripe(STRIPE_KEYS.secretKey);
const TIME = 1_795_622_400;
const BODY = JSON.stringify({
  id: "evt_1",
  object: "event",
  data: { object: { object: "payment_intent", id: "pi_1", metadata: { reference: REFERENCE } } },
});

function read(header: string, seconds: number, body = BODY, secret = "whsec_test_secret") {
  const headers = new Headers({ "stripe-signature": header });
  const verifying = { webhookSecret: secret, now: seconds * 1_000 };
  return verify({ kind: "webhook", headers, body }, verifying);
}

const HEADER = await webhooks.generateTestHeaderStringAsync({
  payload: BODY,
  secret: "whsec_test_secret",
  timestamp: TIME,
});
const OTHER = await webhooks.generateTestHeaderStringAsync({
  payload: BODY,
  secret: "whsec_other",
  timestamp: TIME,
});
const SUBJECT = { reference: REFERENCE, providerRef: "pi_1" };

/** Whether Stripe's own client takes the webhook at that time. */
async function theyTake(header: string, seconds: number): Promise<boolean> {
  const now = seconds * 1_000;
  try {
    await webhooks.constructEventAsync(BODY, header, "whsec_test_secret", 300, undefined, now);
    return true;
  } catch (error) {
    assert(error instanceof Stripe.errors.StripeSignatureVerificationError);
    return false;
  }
}

for (const age of [0, 299, 300, 301, 3_600]) {
  Deno.test(`verify() judges a webhook of ${age} seconds ago as Stripe's own client does`, async () => {
    assertEquals(await theyTake(HEADER, TIME + age), age <= 300);
    assertEquals(read(HEADER, TIME + age), age <= 300 ? SUBJECT : undefined);
  });
}

Deno.test("verify() takes one right signature among several, and no wrong one", async () => {
  const signature = HEADER.split("v1=")[1] ?? "";
  const both = `${OTHER},v1=${signature}`;
  assertEquals([read(both, TIME), await theyTake(both, TIME)], [SUBJECT, true]);
  const wrong = [
    OTHER,
    "",
    "t=,v1=",
    `v1=${signature}`,
    `t=${TIME},v0=${signature}`,
    `t=${TIME + 1},v1=${signature}`,
    HEADER.slice(0, -1),
  ];
  for (const header of wrong) {
    assertEquals([read(header, TIME), await theyTake(header, TIME)], [undefined, false], header);
  }
  assertEquals(read(HEADER, TIME, `${BODY} `), undefined);
  // Ahead of our clock by more than clocks differ.
  assertEquals(read(HEADER, TIME - 301), undefined);
});
