import { Buffer } from "node:buffer";
import { createHash, createHmac } from "node:crypto";
import { CardNumber } from "../../../domain/card_number.ts";
import { kurus } from "../../../domain/money.ts";
import type { CardToRegister } from "../../../domain/ports/card_gateway.ts";
import { createCraftgateGateway } from "../../../infra/gateways/craftgate/gateway.ts";
import { createTestClock } from "../clock.ts";
import { type BankPayment, createCraftgateBank, givenBackOf, toKurus } from "./craftgate_bank.ts";
import { type Fields, list, paymentReply, refundReply } from "./craftgate_replies.ts";
import type { FakeCall, FakeCharge, FakeOptions, FakeStep } from "./fake.ts";
import { isOfConnection, openWire, type Wire, type WireFake, type WireRequest } from "./wire.ts";

export const CRAFTGATE_KEYS = {
  apiKey: "sandbox-YEhueLgomBjqsnvBlWVVuFsVhlvJlMHE",
  secretKey: "sandbox-tBdcdKVGmGupzfaWcULcwDLMoglZZvTz",
  callbackKey: "merchantThreeDsCallbackKeySndbox",
  webhookKey: "Aoh7tReTybO6wOjBmOJFFsOR53SBojEp",
} as const;

/** How a refusal looks: the bank's have a group, and a payment that failed. */
const REFUSALS: Partial<Record<FakeStep, readonly [code: string, group: string]>> = {
  insufficient_funds: ["10051", "NOT_SUFFICIENT_FUNDS"],
  expired_card: ["10054", "EXPIRED_CARD"],
  do_not_honour: ["10005", "DO_NOT_HONOUR"],
  lost_card: ["10041", "LOST_CARD"],
  says_unknown: ["10202", "UNKNOWN"],
  wants_3ds: ["10217", "REQUIRES_3DS"],
};

const WRONG: readonly FakeStep[] = ["wrong_amount", "wrong_currency", "wrong_reference"];
const BANK: readonly FakeStep[] = [
  "insufficient_funds",
  "expired_card",
  "do_not_honour",
  "lost_card",
  "says_unknown",
];
/** What each call knows in addition to what connections do. Answers carry no signature. */
const PLAYS: Readonly<Record<FakeCall, readonly FakeStep[]>> = {
  register: ["refused"],
  forget: [],
  charge: [...BANK, "card_gone", "wants_3ds", "under_review", ...WRONG],
  start_3ds: BANK,
  complete: [...BANK, "under_review", ...WRONG],
  inquire: ["finds_nothing", ...WRONG],
  give_back: ["refused", "pending", ...WRONG],
};

export interface CraftgateFakeOptions extends FakeOptions {
  /** Whether it keeps its promise that a repeated key gets the first answer. */
  readonly honoursKeys?: boolean;
}

export interface CraftgateFake extends WireFake {
  /** From now on the bank's day is over: all of a charge is refunded, and no longer cancelled. */
  endDay(): void;
}

interface Asked {
  readonly step: FakeStep;
  readonly body: Fields;
  /** The end of the path. */
  readonly id: string;
}

/** What was done: how it is answered, as the step says it is shown. */
type Done =
  | { readonly data: (step: FakeStep) => Fields }
  | { readonly status: number; readonly errors: Fields };

/** Plays Craftgate's wire protocol. */
export function openCraftgateFake(
  { honoursKeys = true, clock = createTestClock() }: CraftgateFakeOptions = {},
): CraftgateFake {
  const bank = createCraftgateBank();
  const done = new Map<string, Done>();
  let dayIsOver = false;
  let cardNumber = 0;

  const refuse = (code: string, group: string, status = 422): Done => ({
    status,
    errors: {
      errorCode: code,
      errorDescription: "Kart: 5258640000000001 AYSE DEMIR",
      errorGroup: group,
    },
  });
  const showPayment = (payment: BankPayment): Done => ({
    data: (step) => paymentReply(payment, step),
  });

  function isKnown(card: unknown): boolean {
    const { cardUserKey, cardToken } = card as { cardUserKey: string; cardToken: string };
    return bank.cards.get(cardToken)?.cardUserKey === cardUserKey;
  }

  /** Makes a payment of that state, unless card or step refuse it. */
  function pay({ step, body }: Asked, status: BankPayment["status"]): BankPayment | Done {
    if (step === "card_gone" || !isKnown(body.card)) return refuse("3006", "NOT_FOUND", 404);
    const { price, paidPrice, externalId, currency } = body;
    if (price !== paidPrice || currency !== "TRY") throw new Error("The price is not one");
    const [code, group] = REFUSALS[step] ?? [];
    const payment = bank.add({
      reference: String(externalId),
      amountKurus: toKurus(price),
      status: group === undefined ? status : "FAILURE",
      ...(group !== undefined && { errorGroup: group }),
    });
    return code === undefined || group === undefined ? payment : refuse(code, group);
  }

  function giveBack({ step, body }: Asked, payment: BankPayment | undefined, asked?: number): Done {
    const left = payment && payment.amountKurus - givenBackOf(payment, { waiting: true });
    const amountKurus = kurus(asked ?? payment?.amountKurus ?? 0);
    if (payment?.status !== "SUCCESS" || left === undefined || amountKurus > left) {
      return refuse("5048", "VALIDATION");
    }
    if (step === "refused") return refuse("10005", "DO_NOT_HONOUR");
    const refund = {
      id: bank.newId(),
      reference: String(body.conversationId),
      amountKurus,
      isWhole: asked === undefined,
      type: asked === undefined && !dayIsOver ? "CANCEL" as const : "REFUND" as const,
      status: step === "pending" ? "WAITING" as const : "SUCCESS" as const,
    };
    payment.refunds.push(refund);
    const answered = { ...refund };
    return { data: (step) => refundReply(payment, answered, step) };
  }

  const listRefunds = (isWhole: boolean) => ({ step, body }: Asked): Done => {
    const payment = bank.find(body.paymentId);
    const found = payment?.refunds.filter((refund) => refund.isWhole === isWhole) ?? [];
    const shown = step === "finds_nothing" || payment === undefined ? [] : found;
    return {
      data: (step) =>
        list(shown.flatMap((one) => payment ? [refundReply(payment, one, step)] : [])),
    };
  };

  const handlers: Record<string, { call: FakeCall; run: (asked: Asked) => Done }> = {
    "POST /payment/v1/cards": {
      call: "register",
      run: ({ step, body }) => {
        if (step === "refused") return refuse("1005", "INVALID_CARD_NUMBER");
        const number = String(body.cardNumber);
        const card = { cardUserKey: `owner-${bank.newId()}`, cardToken: `token-${bank.newId()}` };
        bank.cards.set(card.cardToken, { cardUserKey: card.cardUserKey, number });
        return {
          data: () => ({
            ...card,
            binNumber: number.slice(0, 8),
            lastFourDigits: number.slice(-4),
            cardHolderName: body.cardHolderName,
            cardType: "CREDIT_CARD",
            cardAssociation: "MASTER_CARD",
            cardExpiryStatus: "NOT_EXPIRED",
          }),
        };
      },
    },
    "POST /payment/v1/cards/delete": {
      call: "forget",
      run: ({ body }) =>
        bank.cards.delete(String(body.cardToken))
          ? { data: () => ({}) }
          : refuse("3006", "NOT_FOUND", 404),
    },
    "GET /payment/v1/cards": { call: "inquire", run: () => ({ data: () => list([]) }) },
    "GET /installment/v1/bins/*": {
      call: "inquire",
      run: ({ id }) => ({ data: () => ({ binNumber: id }) }),
    },
    "POST /payment/v1/card-payments": {
      call: "charge",
      run: (asked) => {
        const paid = pay(asked, asked.step === "under_review" ? "WAITING" : "SUCCESS");
        return "refunds" in paid ? showPayment(paid) : paid;
      },
    },
    "POST /payment/v1/card-payments/3ds-init": {
      call: "start_3ds",
      run: (asked) => {
        const paid = pay(asked, "INIT_THREEDS");
        if (!("refunds" in paid)) return paid;
        const page = `<form action="https://bank.example" data-id="${paid.id}"></form>`;
        return {
          data: () => ({
            htmlContent: Buffer.from(page).toString("base64"),
            paymentId: paid.id,
            paymentStatus: "INIT_THREEDS",
            additionalAction: "SHOW_HTML_CONTENT",
          }),
        };
      },
    },
    "POST /payment/v1/card-payments/3ds-complete": {
      call: "complete",
      run: ({ step, body }) => {
        const payment = bank.find(body.paymentId);
        if (payment?.status !== "CALLBACK_THREEDS") return refuse("5017", "VALIDATION");
        const [code, group] = REFUSALS[step] ?? [];
        if (code !== undefined && group !== undefined) {
          payment.status = "FAILURE";
          payment.errorGroup = group;
          return refuse(code, group);
        }
        payment.status = step === "under_review" ? "WAITING" : "SUCCESS";
        return showPayment(payment);
      },
    },
    "GET /payment/v1/card-payments/*": {
      call: "inquire",
      run: ({ id }) => {
        const payment = bank.find(id);
        return payment === undefined ? refuse("5001", "NOT_FOUND", 404) : showPayment(payment);
      },
    },
    "GET /payment-reporting/v1/payments": {
      call: "inquire",
      run: ({ step, body }) => {
        const found = step === "finds_nothing" ? [] : bank.under(body.externalId);
        // Without the lines of a payment, as reports are.
        return {
          data: (step) =>
            list(found.map((payment) => {
              const { paymentTransactions: _, ...shown } = paymentReply(payment, step);
              return shown;
            })),
        };
      },
    },
    "POST /payment/v1/refunds": {
      call: "give_back",
      run: (asked) => giveBack(asked, bank.find(asked.body.paymentId)),
    },
    "POST /payment/v1/refund-transactions": {
      call: "give_back",
      run: (asked) => {
        const { paymentTransactionId, refundPrice } = asked.body;
        return giveBack(asked, bank.find(Number(paymentTransactionId) / 10), toKurus(refundPrice));
      },
    },
    "GET /payment-reporting/v1/refunds": { call: "inquire", run: listRefunds(true) },
    "GET /payment-reporting/v1/refund-transactions": { call: "inquire", run: listRefunds(false) },
  };

  const wire: Wire = openWire((request) => {
    const { method, path, headers } = request;
    const parent = path.replace(/[^/]+$/, "*");
    const handler = handlers[`${method} ${path}`] ?? handlers[`${method} ${parent}`];
    if (handler === undefined) throw new Error(`Craftgate has no ${method} ${path}`);
    const key = headers.get("x-idempotency-key");
    const remembered = honoursKeys && key !== null && method === "POST" ? `${path} ${key}` : "";
    const body: Fields = method === "GET"
      ? Object.fromEntries(request.query)
      : JSON.parse(request.body);
    return {
      call: handler.call,
      answer: (step) => {
        if (!isAuthorized(wire.url, request)) return toAnswer(refuse("1000", "AUTH", 401), step);
        const id = path.slice(path.lastIndexOf("/") + 1);
        const before = done.get(remembered);
        const result = before ?? handler.run({ step, body, id });
        if (remembered !== "") done.set(remembered, result);
        return toAnswer(result, step);
      },
    };
  });

  const gateway = createCraftgateGateway({
    ...CRAFTGATE_KEYS,
    url: wire.url,
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
    card: () => makeCard(++cardNumber),
    cardCount: () => bank.cards.size,
    charges: (reference) => toCharges(bank.under(reference)),
    everyCharge: () => toCharges(bank.payments),
    chargeUnheard: (reference, amountKurus) =>
      void bank.add({ reference, amountKurus, status: "SUCCESS" }),
    settle: (reference, how) => {
      const waiting = bank.under(reference).flatMap(({ refunds }) => refunds)
        .find(({ status }) => status === "WAITING");
      if (waiting !== undefined) waiting.status = how === "works" ? "SUCCESS" : "FAILURE";
      else latest(reference).status = how === "works" ? "SUCCESS" : "FAILURE";
    },
    userReturns: (reference, how) => {
      const payment = latest(reference);
      if (how === "passes" && payment.status === "INIT_THREEDS") {
        payment.status = "CALLBACK_THREEDS";
      }
      const form = {
        status: how === "fails" ? "FAILURE" : "SUCCESS",
        completeStatus: how === "fails" ? "" : "WAITING",
        paymentId: String(payment.id),
        conversationData: "",
        conversationId: reference,
        callbackStatus: "",
      };
      const text = [CRAFTGATE_KEYS.callbackKey, ...Object.values(form)].join("###");
      const hash = createHash("sha256").update(text).digest("hex");
      return Promise.resolve({
        kind: "callback",
        headers: new Headers({ "content-type": "application/x-www-form-urlencoded" }),
        body: String(new URLSearchParams({ ...form, hash: how === "unsigned" ? "" : hash })),
      });
    },
    webhook: (reference, how) => {
      const fields = {
        eventType: "API_AUTH",
        eventTimestamp: 1_764_547_200,
        status: "SUCCESS",
        payloadId: String(latest(reference).id),
      };
      const signature = createHmac("sha256", CRAFTGATE_KEYS.webhookKey)
        .update(Object.values(fields).join("")).digest("base64");
      return Promise.resolve({
        kind: "webhook",
        headers: new Headers({ "x-cg-signature-v1": how === "signed" ? signature : "" }),
        body: JSON.stringify(fields),
      });
    },
    secrets: () => [
      ...Object.values(CRAFTGATE_KEYS),
      ...[...bank.cards].flatMap(([token, card]) => [token, card.cardUserKey, card.number]),
      HOLDER,
    ],
    [Symbol.asyncDispose]: wire[Symbol.asyncDispose],
  };
}

function toCharges(payments: readonly BankPayment[]): readonly FakeCharge[] {
  return payments.filter(({ status }) => status === "SUCCESS").map((payment) => ({
    reference: payment.reference,
    providerRef: String(payment.id),
    amountKurus: payment.amountKurus,
    givenBackKurus: givenBackOf(payment),
  }));
}

const HOLDER = "AYSE DEMIR";

/** A card of a test range, another one each time. */
function makeCard(count: number): CardToRegister {
  const digits = `525864${String(count).padStart(9, "0")}`;
  for (let check = 0; check < 10; check++) {
    const number = CardNumber.parse(`${digits}${check}`);
    if (number?.facts.verified) {
      const expiry = { month: 5, year: 2031 };
      return { cardId: `card_${count}`, number, cardHolder: HOLDER, expiry };
    }
  }
  throw new Error("No check digit fits");
}

function toAnswer(done: Done, step: FakeStep): { status: number; body: string } {
  return "errors" in done
    ? { status: done.status, body: JSON.stringify({ errors: done.errors }) }
    : { status: 200, body: JSON.stringify({ data: done.data(step) }) };
}

/** Whether a request is signed as Craftgate wants it, over the bytes that arrived. */
function isAuthorized(origin: string, { headers, path, query, body }: WireRequest): boolean {
  const { apiKey, secretKey } = CRAFTGATE_KEYS;
  const pairs = [...query].map(([name, value]) => `${name}=${value}`).join("&");
  const url = `${origin}${path}${pairs === "" ? "" : `?${pairs}`}`;
  const text = url + apiKey + secretKey + headers.get("x-rnd-key") + body;
  return headers.get("x-api-key") === apiKey &&
    headers.get("x-signature") === createHash("sha256").update(text).digest("base64");
}
