import { assert, assertEquals } from "@std/assert";
import Iyzipay from "iyzipay";
import utils from "iyzipay/lib/utils.js";
import { CardNumber } from "../../../../domain/card_number.ts";
import { CardToken } from "../../../../domain/card_token.ts";
import { kurus } from "../../../../domain/money.ts";
import type { ChargeOrder } from "../../../../domain/ports/card_gateway.ts";
import { createIyzicoGateway } from "../../../../infra/gateways/iyzico/gateway.ts";
import { signRequest } from "../../../../infra/gateways/iyzico/signing.ts";
import { createTestClock } from "../../../support/clock.ts";
import { type IyzicoFake, openIyzicoFake } from "../../../support/gateways/iyzico_fake.ts";
import { BUYER_DEFAULTS, SAMPLE_KEYS } from "../../../support/gateways/iyzico_keys.ts";

/** iyzico's own client, of which the tests know only that each call takes parameters and a callback. */
type Call = (
  parameters: unknown,
  done: (error: unknown, reply: Record<string, unknown>) => void,
) => void;
type Client = Readonly<Record<string, Readonly<Record<string, Call>>>>;

function openClient(uri: string): (
  resource: string,
  method: string,
  parameters: unknown,
) => Promise<Record<string, unknown>> {
  const client = new (Iyzipay as unknown as new (config: unknown) => Client)({
    ...SAMPLE_KEYS,
    uri,
  });
  return (resource, method, parameters) =>
    new Promise((resolve, reject) => {
      client[resource]?.[method]?.(parameters, (error, reply) => {
        if (error) reject(error);
        else resolve(reply);
      });
    });
}

interface Captured {
  readonly method: string;
  readonly path: string;
  readonly query: string;
  readonly body: unknown;
  /** Whether it is signed over the bytes that were sent, by the rule of the adapter. */
  readonly isSigned: boolean;
}

/** A server that keeps one request and says nothing of use. */
async function capture(send: (url: string) => Promise<unknown>): Promise<readonly Captured[]> {
  const captured: Captured[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const text = await request.text();
      const nonce = request.headers.get("x-iyzi-rnd") ?? "";
      // The client signs an empty object with a GET, and the body that it means never arrives.
      const bodies = request.method === "GET" ? ["", "{}"] : [text];
      const signatures = bodies.map((body) =>
        signRequest(SAMPLE_KEYS, { nonce, path: pathname, body })
      );
      searchParams.sort();
      captured.push({
        method: request.method,
        path: pathname,
        query: String(searchParams),
        body: text === "" ? undefined : JSON.parse(text),
        isSigned: signatures.includes(request.headers.get("authorization") ?? ""),
      });
      return Response.json({ status: "failure", errorCode: "10217", errorGroup: "REQUIRES_3DS" });
    },
  );
  try {
    await send(`http://127.0.0.1:${server.addr.port}`).catch(() => {});
    return captured;
  } finally {
    await server.shutdown();
  }
}

const REFERENCE = "top_01M829RJJTJT9P5BSQB888S198";
const CALLBACK_URL = `https://kese.example/update_balance/${REFERENCE}/donus`;
const TOKEN = { cardUserKey: "owner-key", cardToken: "card-token" };
const NUMBER = "5528790000000008";
const ORDER: ChargeOrder = {
  reference: REFERENCE,
  token: new CardToken(JSON.stringify(TOKEN)),
  amountKurus: kurus(1050),
  payer: {
    account: { filo: "hergele", userNo: "1001" },
    name: "Ahmet",
    surname: "Yılmaz",
    phoneNumber: "+905551234567",
    email: "ahmet@example.com",
  },
  callbackUrl: CALLBACK_URL,
};
const GIVE_BACK = {
  reference: REFERENCE,
  providerRef: "22416032",
  refundReference: "crf_01M829RJJTJT9P5BSQB888S198",
  amountKurus: kurus(2200),
};

function openGateway(url: string) {
  return createIyzicoGateway({
    ...SAMPLE_KEYS,
    url,
    buyerDefaults: BUYER_DEFAULTS,
    clock: createTestClock(),
  });
}

const PLACE = {
  contactName: "Ahmet Yılmaz",
  address: BUYER_DEFAULTS.address,
  city: "İstanbul",
  country: "Turkey",
};
/** What a merchant would tell iyzico's client of the same charge: lira as a number. */
const PAYMENT = {
  locale: "tr",
  conversationId: REFERENCE,
  price: 10.5,
  paidPrice: 10.5,
  currency: "TRY",
  installment: 1,
  paymentChannel: "WEB",
  basketId: REFERENCE,
  paymentGroup: "PRODUCT",
  paymentCard: TOKEN,
  buyer: {
    id: "hergele-1001",
    name: "Ahmet",
    surname: "Yılmaz",
    identityNumber: "11111111111",
    email: "ahmet@example.com",
    gsmNumber: "+905551234567",
    registrationAddress: BUYER_DEFAULTS.address,
    city: "İstanbul",
    country: "Turkey",
    ip: "85.34.78.112",
  },
  shippingAddress: PLACE,
  billingAddress: PLACE,
  basketItems: [{
    id: REFERENCE,
    name: "Bakiye yükleme",
    category1: "Cüzdan",
    itemType: "VIRTUAL",
    price: 10.5,
  }],
};

/** A call of the port, and the same call of the client; which of the port's requests it is. */
const CALLS: readonly {
  readonly name: string;
  readonly port: (gateway: ReturnType<typeof openGateway>) => Promise<unknown>;
  readonly client: readonly [resource: string, method: string, parameters: unknown];
  readonly request?: number;
}[] = [
  {
    name: "register()",
    port: (gateway) => {
      const number = CardNumber.parse(NUMBER);
      assert(number !== undefined);
      return gateway.register(ORDER.payer, {
        cardId: "card_1",
        number,
        cardHolder: "Ahmet Yılmaz",
        expiry: { month: 3, year: 2030 },
        alias: "Maaş kartı",
      });
    },
    client: ["card", "create", {
      locale: "tr",
      conversationId: "card_1",
      externalId: "card_1",
      email: "ahmet@example.com",
      card: {
        cardAlias: "Maaş kartı",
        cardHolderName: "Ahmet Yılmaz",
        cardNumber: NUMBER,
        expireMonth: "03",
        expireYear: "2030",
      },
    }],
  },
  {
    name: "forget()",
    port: (gateway) => gateway.forget(ORDER.token),
    client: ["card", "delete", { locale: "tr", conversationId: "forget", ...TOKEN }],
  },
  {
    name: "charge()",
    port: (gateway) => gateway.charge(ORDER),
    client: ["payment", "create", PAYMENT],
  },
  {
    name: "charge() with 3-D Secure",
    port: (gateway) => gateway.charge(ORDER),
    client: ["threedsInitialize", "create", { ...PAYMENT, callbackUrl: CALLBACK_URL }],
    request: 1,
  },
  {
    name: "inquire()",
    port: (gateway) => gateway.inquire({ reference: REFERENCE, amountKurus: kurus(1050) }),
    client: ["reportingTransactionDetails", "retrieve", {
      locale: "tr",
      conversationId: REFERENCE,
      paymentConversationId: REFERENCE,
    }],
  },
  {
    name: "inquireGiveBack()",
    port: (gateway) => gateway.inquireGiveBack({ ...GIVE_BACK, whole: true }),
    client: ["reportingTransactionDetails", "retrieve", {
      locale: "tr",
      conversationId: REFERENCE,
      paymentConversationId: REFERENCE,
    }],
  },
  {
    name: "check() of the keys",
    port: (gateway) => gateway.check(),
    client: ["binNumber", "retrieve", {
      locale: "tr",
      conversationId: "kese-gateway-check",
      binNumber: "554960",
    }],
  },
  {
    name: "check() of the card storage",
    port: (gateway) => gateway.check(),
    client: ["cardList", "retrieve", {
      locale: "tr",
      conversationId: "kese-gateway-check",
      cardUserKey: "kese-gateway-check",
    }],
    request: 2,
  },
];

for (const { name, port, client: [resource, method, parameters], request = 0 } of CALLS) {
  Deno.test(`${name} asks what iyzico's own client asks`, async () => {
    const own = await capture((url) => port(openGateway(url)));
    const clients = await capture((url) => openClient(url)(resource, method, parameters));
    assert(own.every(({ isSigned }) => isSigned));
    assertEquals(own[request], clients[0]);
    assert(clients[0]?.isSigned);
  });
}

/** Calls that come only after answers: what the adapter asked the fake, asked by the client, too. */
Deno.test("complete(), inquire() and giveBack() ask what iyzico's own client asks", async () => {
  await using fake = openIyzicoFake();
  const { gateway } = fake;
  const registered = await gateway.register(ORDER.payer, fake.card());
  assert(registered.status === "registered");
  fake.play("charge", "wants_3ds");
  const order = { ...ORDER, token: registered.token };
  const started = await gateway.charge(order);
  assert(started.status === "requires_action");
  const { providerRef } = started;
  const message = await fake.userReturns(REFERENCE, "passes");
  assert(message !== undefined);
  const charge = { reference: REFERENCE, providerRef, amountKurus: ORDER.amountKurus };
  await gateway.complete({ ...charge, message });
  await gateway.inquire(charge);
  await gateway.giveBack({ ...GIVE_BACK, ...charge, amountKurus: kurus(50), whole: false });
  fake.play("give_back", "refused");
  await gateway.giveBack({ ...GIVE_BACK, ...charge, refundReference: "crf_2", whole: true });

  const common = { locale: "tr", conversationId: REFERENCE };
  const back = { locale: "tr", paymentId: providerRef, ip: BUYER_DEFAULTS.ip };
  const cases = [
    ["/payment/v2/3dsecure/auth", "threedsV2Payment", "create", {
      ...common,
      paymentId: providerRef,
      paidPrice: "10.5",
      basketId: REFERENCE,
      currency: "TRY",
    }],
    ["/payment/detail", "payment", "retrieve", {
      ...common,
      paymentId: providerRef,
      paymentConversationId: REFERENCE,
    }],
    ["/v2/payment/refund", "refundV2", "create", {
      ...back,
      conversationId: GIVE_BACK.refundReference,
      price: 0.5,
      currency: "TRY",
    }],
    ["/payment/cancel", "cancel", "create", { ...back, conversationId: "crf_2" }],
  ] as const;
  for (const [path, resource, method, parameters] of cases) {
    const asked = fake.wire.requests.find((request) => request.path === path);
    const [clients] = await capture((url) => openClient(url)(resource, method, parameters));
    assertEquals(
      [asked?.method, asked?.path, JSON.parse(asked?.body ?? "null")],
      [clients?.method, clients?.path, clients?.body],
    );
  }
});

/** Checks a reply's signature as the client's samples do. */
function isSigned(reply: Record<string, unknown>, names: readonly string[]): boolean {
  const { calculateHmacSHA256Signature } = utils as {
    calculateHmacSHA256Signature(parts: readonly unknown[], key: string): string;
  };
  const parts = names.map((name) => reply[name]);
  return calculateHmacSHA256Signature(parts, SAMPLE_KEYS.secretKey) === reply.signature;
}

const SIGNED = ["paymentId", "currency", "basketId", "conversationId", "paidPrice", "price"];

async function storeCard(
  ask: ReturnType<typeof openClient>,
): Promise<{ readonly cardUserKey: unknown; readonly cardToken: unknown }> {
  const { cardUserKey, cardToken } = await ask("card", "create", {
    conversationId: "card_1",
    email: "ahmet@example.com",
    card: {
      cardHolderName: "Ahmet Yılmaz",
      cardNumber: NUMBER,
      expireMonth: "12",
      expireYear: "2030",
    },
  });
  return { cardUserKey, cardToken };
}

Deno.test("iyzico's own client reads what the fake answers", async (test) => {
  await using fake: IyzicoFake = openIyzicoFake();
  const ask = openClient(fake.url);
  const paymentCard = await storeCard(ask);
  const common = { locale: "tr", conversationId: REFERENCE };

  await test.step("a charge, its detail and its reports", async () => {
    const paid = await ask("payment", "create", { ...PAYMENT, paymentCard });
    assertEquals([paid.status, paid.paidPrice, paid.fraudStatus], ["success", 10.5, 1]);
    assert(isSigned(paid, SIGNED));
    const detail = await ask("payment", "retrieve", { ...common, paymentId: paid.paymentId });
    assertEquals(detail.paymentStatus, "SUCCESS");
    assert(isSigned(detail, SIGNED));
    const { payments } = await ask("reportingTransactionDetails", "retrieve", {
      ...common,
      paymentConversationId: REFERENCE,
    });
    assertEquals((payments as { paymentStatus: number }[]).map((one) => one.paymentStatus), [1]);
    const refund = await ask("refundV2", "create", {
      ...common,
      paymentId: paid.paymentId,
      price: 1,
      currency: "TRY",
      ip: "85.34.78.112",
    });
    assertEquals([refund.status, refund.price], ["success", 1]);
    assert(isSigned(refund, ["paymentId", "price", "currency", "conversationId"]));
  });

  await test.step("3-D Secure", async () => {
    const begun = await ask("threedsInitialize", "create", {
      ...PAYMENT,
      paymentCard,
      callbackUrl: CALLBACK_URL,
    });
    assert(isSigned(begun, ["paymentId", "conversationId"]));
    assert(atob(String(begun.threeDSHtmlContent)).startsWith("<form"));
    await fake.userReturns(REFERENCE, "passes");
    const paid = await ask("threedsV2Payment", "create", {
      ...common,
      paymentId: begun.paymentId,
      paidPrice: "10.5",
      basketId: REFERENCE,
      currency: "TRY",
    });
    assertEquals([paid.status, paid.paymentId], ["success", begun.paymentId]);
    assert(isSigned(paid, SIGNED));
    const cancelled = await ask("cancel", "create", { ...common, paymentId: paid.paymentId });
    assertEquals([cancelled.status, cancelled.price], ["success", 10.5]);
  });

  await test.step("a refusal, and a card that is forgotten", async () => {
    fake.play("charge", "insufficient_funds");
    const refused = await ask("payment", "create", { ...PAYMENT, paymentCard });
    assertEquals([refused.status, refused.errorGroup], ["failure", "NOT_SUFFICIENT_FUNDS"]);
    const gone = await ask("card", "delete", { ...common, ...paymentCard });
    assertEquals(gone.status, "success");
    const again = await ask("card", "delete", { ...common, ...paymentCard });
    assertEquals([again.status, again.errorCode], ["failure", "3006"]);
  });
});
