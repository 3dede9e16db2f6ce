import { Buffer } from "node:buffer";
import { createHmac } from "node:crypto";
import { CardNumber } from "../../../domain/card_number.ts";
import { type Kurus, kurus } from "../../../domain/money.ts";
import type { CardToRegister } from "../../../domain/ports/card_gateway.ts";
import { createIyzicoGateway } from "../../../infra/gateways/iyzico/gateway.ts";
import { createTestClock } from "../clock.ts";
import type { FakeCall, FakeStep, GatewayFake } from "./fake.ts";
import { type BankPayment, createIyzicoBank, givenBackOf, toKurus } from "./iyzico_bank.ts";
import {
  amount,
  failure,
  paymentReply,
  type Reply,
  reportedPayment,
  sign,
  success,
} from "./iyzico_replies.ts";
import { isOfConnection, openWire, type Wire, type WireRequest } from "./wire.ts";

/** The sample keys that iyzico publishes. */
export const SAMPLE_KEYS = {
  apiKey: "sandbox-afXhZPW0MQlE4dCUUlHcEopnMBgXnAZI",
  secretKey: "sandbox-wbwpzKIiplZxI3hh5ALI4FJyAcZKL6kq",
} as const;

export const BUYER_DEFAULTS = {
  identityNumber: "11111111111",
  address: "Nidakule Göztepe, Merdivenköy Mah. Bora Sok. No:1",
  city: "İstanbul",
  country: "Turkey",
  ip: "85.34.78.112",
} as const;

const { secretKey } = SAMPLE_KEYS;

/** The bank did not answer iyzico. */
const UNANSWERED = ["10214", "COMMUNICATION_OR_SYSTEM_ERROR"] as const;
/** How a bank's refusal looks. */
const REFUSALS: Partial<Record<FakeStep, readonly [code: string, group?: string]>> = {
  insufficient_funds: ["10051", "NOT_SUFFICIENT_FUNDS"],
  expired_card: ["10054", "EXPIRED_CARD"],
  do_not_honour: ["10005", "DO_NOT_HONOUR"],
  lost_card: ["10041", "LOST_CARD"],
  says_unknown: UNANSWERED,
  wants_3ds: ["10217", "DEBIT_CARDS_REQUIRES_3DS"],
  card_gone: ["3006"],
};
const NO_SUCH_PAYMENT = ["5087"] as const;

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

export interface IyzicoFake extends GatewayFake {
  readonly url: string;
  readonly wire: Wire;
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

interface Asked {
  readonly step: FakeStep;
  readonly body: Reply;
}

/** Plays iyzico's wire protocol: what `conversationId` is asked for twice is charged twice. */
export function openIyzicoFake(): IyzicoFake {
  const bank = createIyzicoBank();
  const clock = createTestClock();
  let dayIsOver = false;
  let storesCards = true;
  const alterations = new Map<string, (reply: Reply) => Reply>();
  let blind: "report" | "detail" | undefined;
  let cardNumber = 0;
  /** What the first request of an inquiry or a giving back got is for its second one, too. */
  let carried: FakeStep = "works";

  function chargeNow({ step, body }: Asked, status: BankPayment["status"]): BankPayment {
    const { conversationId, basketId, price, paidPrice } = body;
    if (price !== paidPrice || body.currency !== "TRY") throw new Error("The price is not one");
    return bank.add({
      reference: String(conversationId),
      basketId: String(basketId),
      amountKurus: toKurus(price),
      status,
      fraudStatus: step === "under_review" ? 0 : 1,
      ...(status === "FAILURE" && { errorGroup: REFUSALS[step]?.[1] ?? "UNKNOWN" }),
    });
  }

  /** The answer to a charge that was carried out, with the one thing wrong that the step says. */
  function charged(payment: BankPayment, step: FakeStep): Reply {
    const reply = paymentReply(payment, secretKey, {
      ...(step === "wrong_amount" && { amountKurus: kurus(payment.amountKurus + 100) }),
      ...(step === "wrong_currency" && { currency: "USD" }),
      ...(step === "wrong_reference" && { reference: "top_another" }),
    });
    return step === "wrong_signature" ? { ...reply, signature: sign("another", []) } : reply;
  }

  function refused({ step, body }: Asked): Reply | undefined {
    const refusal = REFUSALS[step];
    if (refusal === undefined) return undefined;
    // The gateway's own checks come before any payment; a bank's refusal is a payment that failed.
    if (refusal[1] !== undefined) chargeNow({ step, body }, "FAILURE");
    return failure(body.conversationId, refusal);
  }

  function tokenGone(body: Reply): Reply | undefined {
    const card = body.paymentCard as { cardToken: string; cardUserKey: string } | undefined;
    const kept = bank.cards.get(card?.cardToken ?? "");
    if (kept === undefined) return failure(body.conversationId, ["3006"]);
    return kept.cardUserKey === card?.cardUserKey
      ? undefined
      : failure(body.conversationId, ["3005"]);
  }

  const handlers: Record<string, { call: FakeCall; run: (asked: Asked) => Reply }> = {
    "POST /cardstorage/card": {
      call: "register",
      run: ({ step, body }) => {
        if (!storesCards) return failure(body.conversationId, ["3007"]);
        if (step === "refused") return failure(body.conversationId, ["12"]);
        const { cardNumber: number } = body.card as { cardNumber: string };
        if (!body.email) return failure(body.conversationId, ["3"]);
        const cardToken = `token-${bank.newId()}`;
        const cardUserKey = `owner-${bank.newId()}`;
        bank.cards.set(cardToken, { cardUserKey, number });
        return success(body.conversationId, {
          externalId: body.externalId,
          email: body.email,
          cardUserKey,
          cardToken,
          binNumber: number.slice(0, 8),
          lastFourDigits: number.slice(-4),
          cardType: "CREDIT_CARD",
          cardAssociation: "MASTER_CARD",
          cardBankCode: 64,
        });
      },
    },
    "DELETE /cardstorage/card": {
      call: "forget",
      run: ({ body }) =>
        bank.cards.delete(String(body.cardToken))
          ? success(body.conversationId)
          : failure(body.conversationId, ["3006"]),
    },
    "POST /cardstorage/cards": {
      call: "inquire",
      run: ({ body }) => {
        const own = [...bank.cards].filter(([, card]) => card.cardUserKey === body.cardUserKey);
        return own.length === 0 ? failure(body.conversationId, ["3005"]) : success(
          body.conversationId,
          {
            cardUserKey: body.cardUserKey,
            cardDetails: own.map(([cardToken]) => ({ cardToken })),
          },
        );
      },
    },
    "POST /payment/bin/check": {
      call: "inquire",
      run: ({ body }) => success(body.conversationId, { binNumber: body.binNumber }),
    },
    "POST /payment/auth": {
      call: "charge",
      run: (asked) =>
        tokenGone(asked.body) ?? refused(asked) ??
          charged(chargeNow(asked, "SUCCESS"), asked.step),
    },
    "POST /payment/3dsecure/initialize": {
      call: "start_3ds",
      run: (asked) => {
        const { step, body } = asked;
        const no = tokenGone(body) ?? refused(asked);
        if (no !== undefined) return no;
        const { paymentId } = chargeNow(asked, "INIT_THREEDS");
        const page = `<form action="https://bank.example" data-id="${paymentId}"></form>`;
        const reference = step === "wrong_reference" ? "top_another" : body.conversationId;
        return success(reference, {
          threeDSHtmlContent: Buffer.from(page).toString("base64"),
          paymentId,
          signature: step === "wrong_signature"
            ? sign("another", [])
            : sign(secretKey, [paymentId, String(reference)]),
        });
      },
    },
    "POST /payment/v2/3dsecure/auth": {
      call: "complete",
      run: ({ step, body }) => {
        const payment = bank.find(body.paymentId);
        if (
          payment?.status !== "CALLBACK_THREEDS" || body.basketId !== payment.basketId ||
          toKurus(body.paidPrice) !== payment.amountKurus || body.currency !== "TRY"
        ) {
          return failure(body.conversationId, ["5115"]);
        }
        const refusal = REFUSALS[step];
        if (refusal !== undefined) {
          // The bank that does not answer has not charged either, here.
          payment.status = "FAILURE";
          payment.errorGroup = refusal[1] ?? "UNKNOWN";
          return failure(body.conversationId, refusal);
        }
        payment.status = "SUCCESS";
        if (step === "under_review") payment.fraudStatus = 0;
        return charged(payment, step);
      },
    },
    "POST /payment/detail": {
      call: "inquire",
      run: ({ step: own, body }) => {
        const step = carried === "works" ? own : carried;
        carried = "works";
        const isBlind = blind === "detail";
        if (isBlind) blind = undefined;
        const payment = body.paymentId === undefined
          ? bank.under(body.paymentConversationId).at(-1)
          : bank.find(body.paymentId);
        return payment === undefined || step === "finds_nothing" || isBlind
          ? failure(body.conversationId, NO_SUCH_PAYMENT)
          : charged(payment, step);
      },
    },
    "GET /v2/reporting/payment/details": {
      call: "inquire",
      run: ({ step, body }) => {
        carried = step;
        const isBlind = blind === "report";
        if (isBlind) blind = undefined;
        const found = step === "finds_nothing" || isBlind
          ? []
          : bank.under(body.paymentConversationId);
        const wrong = {
          ...(step === "wrong_currency" && { currency: "USD" }),
          ...(step === "wrong_amount" && { amountKurus: kurus(77_700) }),
        };
        return success(body.conversationId, {
          payments: found.map((payment) =>
            reportedPayment(
              step === "wrong_reference" ? { ...payment, reference: "top_another" } : payment,
              wrong,
            )
          ),
        });
      },
    },
    "POST /payment/cancel": {
      call: "give_back",
      run: ({ step, body }) => {
        const payment = bank.find(body.paymentId);
        const isWhole = payment?.status === "SUCCESS" && payment.givenBack.length === 0;
        if (!isWhole || dayIsOver) return failure(body.conversationId, ["5093"]);
        if (step === "refused" || step === "pending") {
          carried = step;
          return failure(body.conversationId, ["10223", "REQUIRES_DAY_END"]);
        }
        if (step === "says_unknown") return failure(body.conversationId, UNANSWERED);
        const { amountKurus, paymentId } = payment;
        const reference = String(body.conversationId);
        payment.givenBack.push({ reference, kind: "cancel", amountKurus, status: 1 });
        return success(reference, {
          paymentId: step === "wrong_signature" ? "1" : paymentId,
          price: amount(kurus(amountKurus + (step === "wrong_amount" ? 100 : 0))),
          currency: step === "wrong_currency" ? "USD" : "TRY",
          authCode: "587114",
        });
      },
    },
    "POST /v2/payment/refund": {
      call: "give_back",
      run: ({ step: own, body }) => {
        const step = carried === "works" ? own : carried;
        carried = "works";
        const payment = bank.find(body.paymentId);
        const reference = String(body.conversationId);
        const amountKurus = toKurus(body.price);
        const left = payment === undefined || payment.status !== "SUCCESS"
          ? 0
          : payment.amountKurus - givenBackOf(payment, { pending: true });
        if (payment === undefined || amountKurus > left) return failure(reference, ["5092"]);
        if (step === "says_unknown") return failure(reference, UNANSWERED);
        if (step === "refused") {
          return failure(reference, ["10005", "DO_NOT_HONOUR"], { retryable: false });
        }
        const isPending = step === "pending";
        const status = isPending ? 0 : 1;
        payment.givenBack.push({ reference, kind: "refund", amountKurus, status });
        if (isPending) {
          return failure(reference, ["10219", "REQUEST_TIMEOUT"], { retryable: true });
        }
        const price = kurus(amountKurus + (step === "wrong_amount" ? 100 : 0));
        const currency = step === "wrong_currency" ? "USD" : "TRY";
        const signed = [payment.paymentId, String(price / 100), currency, reference];
        return success(reference, {
          paymentId: payment.paymentId,
          price: amount(price),
          currency,
          refundHostReference: "mock00007iyzihostrfn",
          signature: sign(step === "wrong_signature" ? "another" : secretKey, signed),
        });
      },
    },
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
    endDay: () => void (dayIsOver = true),
    reject: (reference) => void (latest(reference).fraudStatus = -1),
    contradict: (who) => void (blind = who),
    alter: (path, change) => void alterations.set(path, change),
    mayStoreCards: (may) => void (storesCards = may),
    card: () => makeCard(++cardNumber),
    cardCount: () => bank.cards.size,
    charges: (reference) =>
      bank.under(reference).filter(({ status }) => status === "SUCCESS").map((payment) => ({
        reference,
        providerRef: payment.paymentId,
        amountKurus: payment.amountKurus,
        givenBackKurus: givenBackOf(payment),
      })),
    chargeUnheard: (reference: string, amountKurus: Kurus) =>
      void bank.add({
        reference,
        basketId: reference,
        amountKurus,
        status: "SUCCESS",
        fraudStatus: 1,
      }),
    settle: (reference, how) => {
      const payment = latest(reference);
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

/** Signs a payment or refund that says something else now, as iyzico would. */
function signAgain(reply: Reply): Reply {
  if (!("signature" in reply)) return reply;
  const { paymentId, currency, basketId, conversationId, paidPrice, price } = JSON.parse(
    JSON.stringify(reply),
  );
  const fields = basketId === undefined
    ? price === undefined
      ? [paymentId, conversationId]
      : [paymentId, String(price), currency, conversationId]
    : [paymentId, currency, basketId, conversationId, String(paidPrice), String(price)];
  return { ...reply, signature: sign(secretKey, fields) };
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
