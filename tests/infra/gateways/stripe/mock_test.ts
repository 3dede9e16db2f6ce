import { assert, assertEquals } from "@std/assert";
import { kurus } from "../../../../domain/money.ts";
import { withStripeMock } from "../../../support/services.ts";
import { openStripeFake, ownerOf } from "../../../support/gateways/stripe_fake.ts";
import type { WireRequest } from "../../../support/gateways/wire.ts";
import { AMOUNT, PAYER, REFERENCE } from "../scenarios/stage.ts";

/** Every request that the adapter can send, as it was sent to the fake. */
async function collectRequests(): Promise<readonly WireRequest[]> {
  await using fake = openStripeFake();
  const { gateway, clock } = fake;
  const own = { cardId: "card_1", gatewayToken: fake.save(ownerOf(PAYER.account)) };
  await gateway.register(PAYER, own);
  const registration = await gateway.register(PAYER, fake.card());
  assert(registration.status === "registered");
  const { token } = registration;
  const order = { token, amountKurus: AMOUNT, payer: PAYER, callbackUrl: "https://kese.example/d" };
  const charged = await gateway.charge({ ...order, reference: REFERENCE });
  assert(charged.status === "charged");
  const { providerRef } = charged;
  const asked = { reference: REFERENCE, amountKurus: AMOUNT };
  await gateway.inquire({ ...asked, providerRef });
  const refund = { ...asked, providerRef, amountKurus: kurus(450), whole: false };
  await gateway.giveBack({ ...refund, refundReference: "crf_1" });
  await gateway.inquireGiveBack({ ...refund, refundReference: "crf_1" });
  fake.play("charge", "wants_3ds");
  assertEquals((await gateway.charge({ ...order, reference: "top_2" })).status, "requires_action");
  clock.advance(3_600_000);
  await gateway.inquire({ token, reference: "top_2", amountKurus: AMOUNT });
  await gateway.check();
  await gateway.forget(token);
  return fake.wire.requests;
}

function send(url: string, { method, path, query, headers, body }: WireRequest): Promise<Response> {
  const search = query.size === 0 ? "" : `?${query}`;
  const names = ["authorization", "stripe-version", "idempotency-key", "content-type"];
  const kept = names.flatMap((name): [string, string][] => {
    const value = headers.get(name);
    return value === null ? [] : [[name, value]];
  });
  return fetch(`${url}${path}${search}`, {
    method,
    headers: kept,
    ...(method === "POST" && { body }),
  });
}

withStripeMock("Stripe's own mock takes every request of the adapter", async (url) => {
  const requests = await collectRequests();
  const kinds = new Set<string>();
  for (const request of requests) {
    const response = await send(url, request);
    const { method, path } = request;
    assertEquals(response.status, 200, `${method} ${path}: ${await response.text()}`);
    kinds.add(`${method} ${path.replace(/(pi|pm|cus)_\w+/, "*")}`);
  }
  assertEquals([...kinds].toSorted(), [
    "GET /v1/customers",
    "GET /v1/customers/*",
    "GET /v1/payment_intents",
    "GET /v1/payment_intents/*",
    "GET /v1/payment_methods/*",
    "GET /v1/refunds",
    "POST /v1/customers",
    "POST /v1/payment_intents",
    "POST /v1/payment_intents/*/cancel",
    "POST /v1/payment_intents/*/confirm",
    "POST /v1/payment_methods/*/attach",
    "POST /v1/payment_methods/*/detach",
    "POST /v1/refunds",
  ]);
});

withStripeMock("Stripe's own mock refuses what does not fit", async (url) => {
  const requests = await collectRequests();
  const charge = requests.find(({ path }) => path === "/v1/payment_intents");
  assert(charge !== undefined);
  for (
    const [from, to] of [
      ["amount=1050", "amount=10.50"],
      ["off_session=true", "off_session=perhaps"],
      ["confirm=true", "unheard_of=true"],
      ["currency=try", ""],
    ] as const
  ) {
    const response = await send(url, { ...charge, body: charge.body.replace(from, to) });
    await response.body?.cancel();
    assertEquals(response.status, 400, to);
  }
});
