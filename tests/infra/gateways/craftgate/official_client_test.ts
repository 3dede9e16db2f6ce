import Craftgate from "@craftgate/craftgate";
import { assert, assertEquals, assertRejects } from "@std/assert";
import { kurus } from "../../../../domain/money.ts";
import type { ChargeOrder } from "../../../../domain/ports/card_gateway.ts";
import {
  CRAFTGATE_KEYS,
  type CraftgateFake,
  openCraftgateFake,
} from "../../../support/gateways/craftgate_fake.ts";
import { AMOUNT, PAYER, REFERENCE } from "../scenarios/stage.ts";

const { Currency, PaymentGroup, RefundDestinationType } = Craftgate.Model;
const CALLBACK_URL = "https://kese.example/update_balance/top_1/donus";

/** Craftgate's own client, connected to the fake. */
function clientOf({ url }: CraftgateFake): InstanceType<typeof Craftgate.Client> {
  const { apiKey, secretKey } = CRAFTGATE_KEYS;
  return new Craftgate.Client({ apiKey, secretKey, baseUrl: url });
}

async function orderOn({ gateway, card }: CraftgateFake): Promise<ChargeOrder> {
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

/** What our charge and theirs ask for. */
function toPayment({ token, reference }: ChargeOrder) {
  return {
    price: 10.5,
    paidPrice: 10.5,
    walletPrice: 0,
    installment: 1 as const,
    currency: Currency.TRY,
    paymentGroup: PaymentGroup.ListingOrSubscription,
    conversationId: reference,
    externalId: reference,
    card: JSON.parse(token.reveal()),
    items: [{ name: "top-up", price: 10.5, externalId: reference }],
  };
}

/** The newest request as far as the two clients must agree. The fake has checked its signature. */
function lastRequest(fake: CraftgateFake) {
  return requestAt(fake, -1);
}

function requestAt({ wire }: CraftgateFake, place: number) {
  const { method, path, query, headers, body } = wire.requests.at(place) ?? assertNever();
  const own = [...headers.keys()].filter((name) => name.startsWith("x-"));
  return {
    method,
    path,
    query: Object.fromEntries(query),
    body: body === "" ? undefined : JSON.parse(body),
    contentType: headers.get("content-type"),
    headers: own.filter((name) => name !== "x-client-version" && name !== "x-idempotency-key"),
  };
}

function assertNever(): never {
  throw new Error("Nothing was asked");
}

/** Lets both ask for the same, and compares what arrived. Both signatures have to be right. */
async function compare(
  ours: (fake: CraftgateFake) => Promise<unknown>,
  theirs: (client: ReturnType<typeof clientOf>, fake: CraftgateFake) => Promise<unknown>,
): Promise<void> {
  await using fake = openCraftgateFake({ honoursKeys: false });
  await ours(fake);
  const own = lastRequest(fake);
  await theirs(clientOf(fake), fake);
  assertEquals(own, lastRequest(fake));
}

Deno.test("register() asks for what Craftgate's own client asks for", () =>
  compare(
    ({ gateway, card }) => gateway.register(PAYER, { ...card(), alias: "iş" }),
    (client, { wire }) => {
      const { cardNumber } = JSON.parse(wire.requests.at(-1)?.body ?? "{}");
      return client.payment().storeCard({
        cardHolderName: "AYSE DEMIR",
        cardNumber,
        expireYear: "2031",
        expireMonth: "05",
        cardAlias: "iş",
      });
    },
  ));

Deno.test("forget() asks for what Craftgate's own client asks for", async () => {
  await using fake = openCraftgateFake();
  const { token } = await orderOn(fake);
  await fake.gateway.forget(token);
  const own = lastRequest(fake);
  const keys = JSON.parse(token.reveal());
  await assertRejects(() => clientOf(fake).payment().deleteStoredCard(keys)); // it is gone by now
  assertEquals(own, lastRequest(fake));
});

Deno.test("charge() asks for what Craftgate's own client asks for", () => {
  let order: ChargeOrder | undefined;
  return compare(
    async (fake) => {
      order = await orderOn(fake);
      return await fake.gateway.charge(order);
    },
    async (client) => {
      const payment = await client.payment().createPayment(toPayment(order ?? assertNever()));
      // Their client reads the fake's answer as Craftgate's.
      assertEquals([payment.paymentStatus, payment.paidPrice, payment.externalId], [
        "SUCCESS",
        10.5,
        REFERENCE,
      ]);
    },
  );
});

Deno.test("charge() begins 3-D Secure as Craftgate's own client does, and complete() ends it so", async () => {
  await using fake = openCraftgateFake({ honoursKeys: false });
  const order = await orderOn(fake);
  const client = clientOf(fake);
  fake.play("charge", "wants_3ds");
  const outcome = await fake.gateway.charge(order);
  assert(outcome.status === "requires_action");
  const begun = lastRequest(fake);
  const request = { ...toPayment(order), callbackUrl: CALLBACK_URL };
  const theirs = await client.payment().init3DSPayment(request);
  assertEquals(begun, lastRequest(fake));
  assert(outcome.action.kind === "page");
  assert(atob(theirs.htmlContent).includes(String(theirs.paymentId)));

  const message = await fake.userReturns(REFERENCE, "passes");
  assert(message !== undefined);
  // Declared as a Map, but read as an object.
  const params = Object.fromEntries(new URLSearchParams(message.body)) as never;
  assert(await client.payment().is3DSecureCallbackVerified(CRAFTGATE_KEYS.callbackKey, params));
  const providerRef = String(theirs.paymentId);
  await fake.gateway.complete({ reference: REFERENCE, providerRef, amountKurus: AMOUNT, message });
  const completed = lastRequest(fake);
  await assertRejects(() => client.payment().complete3DSPayment({ paymentId: theirs.paymentId }));
  assertEquals(completed, lastRequest(fake));
});

Deno.test("inquire() asks for what Craftgate's own client asks for", () =>
  compare(
    ({ gateway }) => gateway.inquire({ reference: REFERENCE, amountKurus: AMOUNT }),
    (client) =>
      client.paymentReporting().searchPayments({ page: 0, size: 50, externalId: REFERENCE }),
  ));

for (const whole of [true, false]) {
  Deno.test(`inquireGiveBack() of ${whole ? "all" : "a part"} asks for what Craftgate's own client asks for`, () =>
    compare(
      ({ gateway }) =>
        gateway.inquireGiveBack({
          reference: REFERENCE,
          providerRef: "8901",
          refundReference: "crf_1",
          amountKurus: AMOUNT,
          whole,
        }),
      (client) => {
        const asked = { page: 0, size: 100, paymentId: 8901 };
        const reporting = client.paymentReporting();
        return whole
          ? reporting.searchPaymentRefunds(asked)
          : reporting.searchPaymentTransactionRefunds(asked);
      },
    ));
}

Deno.test("verify() asks whose payment a webhook is about as Craftgate's own client would", () =>
  compare(
    async (fake) => {
      await fake.gateway.charge(await orderOn(fake));
      const message = await fake.webhook(REFERENCE, "signed");
      assert(message !== undefined);
      await fake.gateway.verify(message);
    },
    (client, fake) => {
      const [charge] = fake.charges(REFERENCE);
      return client.payment().retrievePayment(Number(charge?.providerRef));
    },
  ));

Deno.test("check() asks for what Craftgate's own client asks for", async () => {
  await using fake = openCraftgateFake();
  await fake.gateway.check();
  const own = fake.wire.requests.map((_, place) => requestAt(fake, place));
  const client = clientOf(fake);
  await client.installment().retrieveBinNumber("525864");
  const reference = "kese-gateway-check";
  await client.paymentReporting().searchPayments({ page: 0, size: 1, externalId: reference });
  await client.payment().searchStoredCards({ page: 0, size: 1 });
  const theirs = fake.wire.requests.map((_, place) => requestAt(fake, place));
  assertEquals(own, theirs.slice(own.length));
});

for (const whole of [true, false]) {
  Deno.test(`giveBack() of ${whole ? "all" : "a part"} asks for what Craftgate's own client asks for`, async () => {
    await using fake = openCraftgateFake({ honoursKeys: false });
    const outcome = await fake.gateway.charge(await orderOn(fake));
    assert(outcome.status === "charged");
    const { providerRef } = outcome;
    const order = { reference: REFERENCE, providerRef, refundReference: "crf_1", whole };
    const amountKurus = whole ? AMOUNT : kurus(450);
    await fake.gateway.giveBack({ ...order, amountKurus });
    const own = lastRequest(fake);
    const payment = clientOf(fake).payment();
    const common = {
      conversationId: "crf_1",
      refundDestinationType: RefundDestinationType.Provider,
    };
    if (whole) {
      // Nothing is left of it by now.
      await assertRejects(() =>
        payment.refundPayment({ paymentId: Number(providerRef), ...common })
      );
    } else {
      const { paymentTransactions } = await payment.retrievePayment(Number(providerRef));
      const [line] = paymentTransactions;
      await payment.refundPaymentTransaction({
        paymentTransactionId: line?.id ?? 0,
        refundPrice: 4.5,
        ...common,
      });
    }
    assertEquals(own, lastRequest(fake));
  });
}

Deno.test("verify() takes the webhooks that Craftgate's own client takes", async () => {
  await using fake = openCraftgateFake();
  await fake.gateway.charge(await orderOn(fake));
  const hook = clientOf(fake).hook();
  for (const how of ["signed", "unsigned"] as const) {
    const message = await fake.webhook(REFERENCE, how);
    assert(message !== undefined);
    const signature = message.headers.get("x-cg-signature-v1") ?? "";
    const { webhookKey } = CRAFTGATE_KEYS;
    assertEquals(
      await hook.isWebhookVerified(webhookKey, signature, JSON.parse(message.body)),
      (await fake.gateway.verify(message)) !== undefined,
    );
  }
});
