import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { CardNumber } from "../../../domain/card_number.ts";
import type { Kurus } from "../../../domain/money.ts";
import type { CardToRegister } from "../../../domain/ports/card_gateway.ts";
import { createIyzicoGateway } from "../../../infra/gateways/iyzico/gateway.ts";
import { createTestClock } from "../clock.ts";
import type { FakeCall, FakeCharge, FakeOptions, FakeStep } from "./fake.ts";
import { type BankPayment, createIyzicoBank, givenBackOf } from "./iyzico_bank.ts";
import { BUYER_DEFAULTS, SAMPLE_KEYS } from "./iyzico_keys.ts";
import { cardHandlers } from "./iyzico_cards.ts";
import { inquiryHandlers } from "./iyzico_inquiries.ts";
import { paymentHandlers } from "./iyzico_payments.ts";
import { refundHandlers } from "./iyzico_refunds.ts";
import { failure, type Reply, sign, signAgain } from "./iyzico_replies.ts";
import { type Handlers, type IyzicoState } from "./iyzico_state.ts";
import { isOfConnection, openWire, type WireFake, type WireRequest } from "./wire.ts";

const { secretKey } = SAMPLE_KEYS;

const WRONG: readonly FakeStep[] = [
  "wrong_signature",
  "wrong_amount",
  "wrong_currency",
  "wrong_reference",
];
const BANK: readonly FakeStep[] = [
  "insufficient_funds",
  "expired_card",
  "do_not_honour",
  "lost_card",
  "says_unknown",
];
/** What each call knows in addition to what connections do. */
const PLAYS: Readonly<Record<FakeCall, readonly FakeStep[]>> = {
  register: ["refused"],
  forget: [],
  charge: [...BANK, "card_gone", "wants_3ds", "under_review", ...WRONG],
  start_3ds: [...BANK, "wrong_signature", "wrong_reference"],
  complete: [...BANK, "under_review", ...WRONG],
  inquire: ["finds_nothing", ...WRONG],
  give_back: [
    "refused",
    "pending",
    "says_unknown",
    "wrong_amount",
    "wrong_currency",
    "wrong_signature",
  ],
};

export interface IyzicoFake extends WireFake {
  /** From now on the bank's day is over: nothing can be cancelled, only refunded. */
  endDay(): void;
  /** A payment that was taken is rejected by the look at fraud; what iyzico does then is not said. */
  reject(reference: string): void;
  /** In the next inquiry, reports or detail know nothing of what the other one has. */
  contradict(who: "report" | "detail"): void;
  mayStoreCards(may: boolean): void;
  /** Whatever the next request to a path does, this is answered; signed again if it is signed. */
  alter(path: string, change: (reply: Reply) => Reply): void;
}

/** Plays iyzico's wire protocol: what `conversationId` is asked for twice is charged twice. */
export function openIyzicoFake({ clock = createTestClock() }: FakeOptions = {}): IyzicoFake {
  const bank = createIyzicoBank();
  let cardNumber = 0;
  const alterations = new Map<string, (reply: Reply) => Reply>();
  const state: IyzicoState = {
    bank,
    dayIsOver: false,
    storesCards: true,
    blind: undefined,
    carried: "works",
  };
  const handlers: Handlers = {
    ...cardHandlers(state),
    ...paymentHandlers(state),
    ...inquiryHandlers(state),
    ...refundHandlers(state),
  };

  const wire = openWire((request) => {
    const handler = handlers[`${request.method} ${request.path}`];
    if (handler === undefined) throw new Error(`iyzico has no ${request.method} ${request.path}`);
    const body: Reply = request.method === "GET"
      ? Object.fromEntries(request.query)
      : JSON.parse(request.body);
    return {
      call: handler.call,
      answer: (step) => {
        const reply = isAuthorized(request)
          ? handler.run({ step, body })
          : failure(body.conversationId, ["1000"]);
        const change = alterations.get(request.path);
        alterations.delete(request.path);
        return { body: JSON.stringify(change === undefined ? reply : signAgain(change(reply))) };
      },
    };
  });

  const gateway = createIyzicoGateway({
    ...SAMPLE_KEYS,
    url: wire.url,
    buyerDefaults: BUYER_DEFAULTS,
    clock,
    deadline: wire.deadline,
  });

  const latest = (reference: string): BankPayment => {
    const payment = bank.under(reference).at(-1);
    if (payment === undefined) throw new Error(`The bank has no payment under ${reference}`);
    return payment;
  };

  return {
    gateway,
    url: wire.url,
    wire,
    arrived: wire.arrived,
    plays: (call, step) => step === "works" || isOfConnection(step) || PLAYS[call].includes(step),
    play: wire.play,
    endDay: () => void (state.dayIsOver = true),
    reject: (reference) => void (latest(reference).fraudStatus = -1),
    contradict: (who) => void (state.blind = who),
    alter: (path, change) => void alterations.set(path, change),
    mayStoreCards: (may) => void (state.storesCards = may),
    card: () => makeCard(++cardNumber),
    cardCount: () => bank.cards.size,
    charges: (reference) => toCharges(bank.under(reference)),
    everyCharge: () => toCharges(bank.payments),
    chargeUnheard: (reference: string, amountKurus: Kurus) =>
      void bank.add({
        reference,
        basketId: reference,
        amountKurus,
        status: "SUCCESS",
        fraudStatus: 1,
      }),
    settle: (reference, how) => {
      const payment = bank.under(reference)
        .find(({ givenBack }) => givenBack.some(({ status }) => status === 0)) ?? latest(reference);
      const open = payment.givenBack.findIndex(({ status }) => status === 0);
      const givenBack = payment.givenBack[open];
      if (givenBack !== undefined) {
        if (how === "works") givenBack.status = 1;
        else payment.givenBack.splice(open, 1);
      } else if (how === "works") {
        payment.fraudStatus = 1;
      } else {
        payment.fraudStatus = -1;
        payment.status = "FAILURE";
      }
    },
    userReturns: (reference, how) => {
      const payment = latest(reference);
      const passes = how !== "fails";
      if (how === "passes" && payment.status === "INIT_THREEDS") {
        payment.status = "CALLBACK_THREEDS";
      }
      const form = {
        status: passes ? "success" : "failure",
        paymentId: payment.paymentId,
        conversationData: "",
        conversationId: reference,
        mdStatus: passes ? "1" : "0",
      };
      const { conversationData, conversationId, mdStatus, paymentId, status } = form;
      const fields = [conversationData, conversationId, mdStatus, paymentId, status];
      const signature = how === "unsigned" ? "" : sign(secretKey, fields);
      return Promise.resolve({
        kind: "callback",
        headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
        body: String(new URLSearchParams({ ...form, signature })),
      });
    },
    webhook: (reference, how) => {
      const { paymentId, status } = latest(reference);
      const iyziEventType = "API_AUTH";
      const signed = secretKey + iyziEventType + paymentId + reference + status;
      const signature = createHmac("sha256", secretKey).update(signed).digest("hex");
      return Promise.resolve({
        kind: "webhook",
        headers: new Headers({ "x-iyz-signature-v3": how === "signed" ? signature : "" }),
        body: JSON.stringify({
          paymentConversationId: reference,
          merchantId: 3_432_888,
          paymentId: Number(paymentId),
          iyziPaymentId: Number(paymentId),
          status,
          iyziEventType,
          iyziEventTime: 1_764_547_200_000,
        }),
      });
    },
    secrets: () => [
      ...Object.values(SAMPLE_KEYS),
      ...[...bank.cards].flatMap((
        [token, { cardUserKey, number }],
      ) => [token, cardUserKey, number]),
      HOLDER,
    ],
    [Symbol.asyncDispose]: wire[Symbol.asyncDispose],
  };
}

function toCharges(payments: readonly BankPayment[]): readonly FakeCharge[] {
  return payments.filter(({ status }) => status === "SUCCESS").map((payment) => ({
    reference: payment.reference,
    providerRef: payment.paymentId,
    amountKurus: payment.amountKurus,
    givenBackKurus: givenBackOf(payment),
  }));
}

const HOLDER = "AHMET YILMAZ";

/** A card of a test range, another one each time. */
function makeCard(count: number): CardToRegister {
  const digits = `554960${String(count).padStart(9, "0")}`;
  for (let check = 0; check < 10; check++) {
    const number = CardNumber.parse(`${digits}${check}`);
    if (number?.facts.verified) {
      const expiry = { month: 12, year: 2030 };
      return { cardId: `card_${count}`, number, cardHolder: HOLDER, expiry };
    }
  }
  throw new Error("No check digit fits");
}

/** Whether a request is signed as IYZWSv2 says, over the bytes that arrived. */
function isAuthorized({ method, headers, path, body }: WireRequest): boolean {
  const [scheme, token = ""] = (headers.get("authorization") ?? "").split(" ");
  const text = Buffer.from(token, "base64").toString();
  const nonce = headers.get("x-iyzi-rnd") ?? "";
  // iyzico's own client signs an empty object with a GET, which never arrives.
  return (method === "GET" ? ["", "{}"] : [body]).some((body) => {
    const signature = createHmac("sha256", secretKey).update(nonce + path + body).digest("hex");
    return scheme === "IYZWSv2" &&
      text === `apiKey:${SAMPLE_KEYS.apiKey}&randomKey:${nonce}&signature:${signature}`;
  });
}
