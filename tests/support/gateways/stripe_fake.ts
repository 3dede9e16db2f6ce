import { createHmac } from "node:crypto";
import { accountKey } from "../../../domain/account.ts";
import { kurus } from "../../../domain/money.ts";
import { createStripeGateway } from "../../../infra/gateways/stripe/gateway.ts";
import { createTestClock, DAY, type TestClock } from "../clock.ts";
import type { FakeCall, FakeCharge, FakeOptions, FakeStep } from "./fake.ts";
import { type BankIntent, type CardError, createStripeBank, givenBackOf } from "./stripe_bank.ts";
import {
  errorReply,
  type Fields,
  intentReply,
  invalid,
  page,
  refundReply,
} from "./stripe_replies.ts";
import { isOfConnection, openWire, type WireFake } from "./wire.ts";

/** Made up: the mock takes any key of this form. */
export const STRIPE_KEYS = {
  secretKey: "sk_test_51KeseFakeSecretKey",
  webhookSecret: "whsec_test_secret",
} as const;

/** How the bank's refusals look. */
const REFUSALS: Partial<Record<FakeStep, CardError>> = {
  insufficient_funds: { code: "card_declined", decline_code: "insufficient_funds" },
  expired_card: { code: "expired_card", decline_code: "expired_card" },
  do_not_honour: { code: "card_declined", decline_code: "do_not_honor" },
  lost_card: { code: "card_declined", decline_code: "lost_card" },
  wants_3ds: { code: "authentication_required", decline_code: "authentication_required" },
};

const WRONG: readonly FakeStep[] = ["wrong_amount", "wrong_currency", "wrong_reference"];
const BANK: readonly FakeStep[] = [
  "insufficient_funds",
  "expired_card",
  "do_not_honour",
  "lost_card",
];
/** What each call knows in addition to what connections do. Answers carry no signature. */
const PLAYS: Readonly<Record<Exclude<FakeCall, "complete">, readonly FakeStep[]>> = {
  register: ["refused"],
  forget: [],
  charge: [...BANK, "card_gone", "wants_3ds", "under_review", ...WRONG],
  start_3ds: [...BANK, ...WRONG],
  inquire: ["finds_nothing", ...WRONG],
  give_back: ["refused", "pending", ...WRONG],
};

export interface StripeFake extends WireFake {
  readonly clock: TestClock;
  /** What a browser has saved: its PaymentMethod, of a Customer of that account or of none. */
  save(account?: string): string;
}

interface Asked {
  readonly step: FakeStep;
  readonly form: Fields;
  /** The id within the path. */
  readonly id: string;
}

/** What was done: how it is answered, as the step says it is shown. */
type Done =
  | { readonly data: (step: FakeStep) => Fields }
  | { readonly status: number; readonly error: Fields };

/** The first answer to a key. */
interface Remembered {
  readonly request: string;
  readonly result: Done;
  readonly at: number;
}

/** Plays the wire protocol of Stripe. A day later it no longer knows a key. */
export function openStripeFake({ clock = createTestClock() }: FakeOptions = {}): StripeFake {
  const bank = createStripeBank();
  const done = new Map<string, Remembered>();

  /** As it is now, because an answer that is repeated shows what was then. */
  const show = (intent: BankIntent): Done => {
    const shown = { ...intent, refunds: [...intent.refunds] };
    return { data: (step) => intentReply(shown, step) };
  };
  const decline = (intent: BankIntent, error: CardError): Done => {
    intent.status = "requires_payment_method";
    intent.error = error;
    return { status: 402, error: { ...errorReply(error), payment_intent: intentReply(intent) } };
  };
  const missing = (param: string): Done => ({
    status: 404,
    error: invalid("resource_missing", param),
  });
  const customerReply = (id: string): Fields => {
    const account = bank.customers.get(id);
    const metadata = account === undefined ? {} : { kese_account: account };
    return { id, object: "customer", metadata };
  };
  const methodReply = (id: string): Fields => ({
    id,
    object: "payment_method",
    type: "card",
    customer: bank.methods.get(id)?.customer ?? null,
    card: {
      brand: "visa",
      last4: "4242",
      exp_month: 5,
      exp_year: 2031,
      fingerprint: `print-${id}`,
    },
  });

  const handlers: Record<string, { call: FakeCall; run: (asked: Asked) => Done }> = {
    "GET /v1/payment_methods/*": {
      call: "inquire",
      run: ({ id }) =>
        bank.methods.has(id) ? { data: () => methodReply(id) } : missing("payment_method"),
    },
    "GET /v1/customers/*": {
      call: "inquire",
      run: ({ id }) =>
        bank.customers.has(id) ? { data: () => customerReply(id) } : missing("customer"),
    },
    "GET /v1/customers": { call: "inquire", run: ({ form }) => ({ data: () => page([], form) }) },
    // What is played at `register` is played when the card is attached.
    "POST /v1/customers": {
      call: "inquire",
      run: ({ form }) => {
        const id = bank.newId("cus");
        bank.customers.set(id, String(form["metadata[kese_account]"]));
        return { data: () => customerReply(id) };
      },
    },
    "POST /v1/payment_methods/*/attach": {
      call: "register",
      run: ({ step, id, form }) => {
        const method = bank.methods.get(id);
        if (step === "refused" || method === undefined || method.customer !== null) {
          return { status: 400, error: invalid("payment_method_unexpected_state", "id") };
        }
        method.customer = String(form.customer);
        return { data: () => methodReply(id) };
      },
    },
    "POST /v1/payment_methods/*/detach": {
      call: "forget",
      run: ({ id }) => {
        const method = bank.methods.get(id);
        if (!method?.customer) return { status: 400, error: invalid("not_attached", "id") };
        method.customer = null;
        return { data: () => methodReply(id) };
      },
    },
    "POST /v1/payment_intents": {
      call: "charge",
      run: ({ step, form }) => {
        const method = bank.methods.get(String(form.payment_method));
        if (step === "card_gone" && method !== undefined) method.customer = null;
        if (!method || method.customer !== form.customer) {
          return { status: 400, error: invalid("resource_missing", "payment_method") };
        }
        if (form.currency !== "try" || form.off_session !== "true" || form.confirm !== "true") {
          throw new Error("The charge is not one");
        }
        const intent = bank.add({
          reference: String(form["metadata[reference]"]),
          amountKurus: kurus(Number(form.amount)),
          customer: method.customer ?? "",
          created: Math.floor(clock.now() / 1_000),
          status: step === "under_review" ? "processing" : "succeeded",
        });
        const error = REFUSALS[step];
        return error === undefined ? show(intent) : decline(intent, error);
      },
    },
    "POST /v1/payment_intents/*/confirm": {
      call: "start_3ds",
      run: ({ step, id, form }) => {
        const intent = bank.find(id);
        if (intent === undefined) return missing("intent");
        if (intent.status !== "requires_payment_method" || !form.return_url) {
          return { status: 400, error: invalid("payment_intent_unexpected_state", "intent") };
        }
        const error = REFUSALS[step];
        if (error !== undefined) return decline(intent, error);
        intent.status = "requires_action";
        delete intent.error;
        return show(intent);
      },
    },
    "POST /v1/payment_intents/*/cancel": {
      call: "inquire",
      run: ({ id, form }) => {
        const intent = bank.find(id);
        if (intent === undefined) return missing("intent");
        if (intent.status === "succeeded" || intent.status === "processing") {
          return { status: 400, error: invalid("payment_intent_unexpected_state", "intent") };
        }
        intent.status = "canceled";
        intent.cancellationReason = String(form.cancellation_reason);
        return show(intent);
      },
    },
    "GET /v1/payment_intents/*": {
      call: "inquire",
      run: ({ id }) => {
        const intent = bank.find(id);
        return intent === undefined ? missing("intent") : show(intent);
      },
    },
    "GET /v1/payment_intents": {
      call: "inquire",
      run: ({ step, form }) => {
        const own = bank.intents.filter(({ customer }) => customer === form.customer);
        const found = step === "finds_nothing" ? [] : own;
        return { data: (step) => page(found.map((intent) => intentReply(intent, step)), form) };
      },
    },
    "POST /v1/refunds": {
      call: "give_back",
      run: ({ step, form }) => {
        const intent = bank.find(form.payment_intent);
        const amountKurus = kurus(Number(form.amount));
        const left = intent && intent.amountKurus - givenBackOf(intent, { pending: true });
        if (intent?.status !== "succeeded" || left === undefined || amountKurus > left) {
          return { status: 400, error: invalid("charge_already_refunded", "amount") };
        }
        if (step === "refused") {
          return { status: 400, error: invalid("charge_not_refundable", "payment_intent") };
        }
        const refund = {
          id: bank.newId("re"),
          reference: String(form["metadata[reference]"]),
          amountKurus,
          status: step === "pending" ? "pending" as const : "succeeded" as const,
        };
        intent.refunds.push(refund);
        const shown = { ...refund };
        return { data: (step) => refundReply(intent, shown, step) };
      },
    },
    "GET /v1/refunds": {
      call: "inquire",
      run: ({ step, form }) => {
        const intent = bank.find(form.payment_intent);
        const found = step === "finds_nothing" || intent === undefined ? [] : intent.refunds;
        return {
          data: (step) =>
            page(found.flatMap((one) => intent ? [refundReply(intent, one, step)] : []), form),
        };
      },
    },
  };

  const wire = openWire(({ method, path, query, headers, body }) => {
    const [, , kind, id = "", action] = path.split("/");
    const route = [kind, ...(id === "" ? [] : ["*"]), ...(action ? [action] : [])].join("/");
    const handler = handlers[`${method} /v1/${route}`];
    if (handler === undefined) throw new Error(`Stripe has no ${method} ${path}`);
    const form = Object.fromEntries(method === "GET" ? query : new URLSearchParams(body));
    const key = headers.get("idempotency-key");
    const asked = JSON.stringify([path, Object.entries(form).toSorted()]);
    return {
      call: handler.call,
      answer: (step) => {
        if (headers.get("authorization") !== `Bearer ${STRIPE_KEYS.secretKey}`) {
          return toAnswer({ status: 401, error: invalid("api_key_invalid", "key") }, step);
        }
        const known = key === null ? undefined : done.get(key);
        const before = known && clock.now() - known.at < DAY ? known : undefined;
        if (before !== undefined && before.request !== asked) {
          const error = { ...invalid("idempotency_key_in_use", "key"), type: "idempotency_error" };
          return toAnswer({ status: 400, error }, step);
        }
        const result = before?.result ?? handler.run({ step, form, id });
        if (key !== null) done.set(key, before ?? { request: asked, result, at: clock.now() });
        return toAnswer(result, step);
      },
    };
  });

  const gateway = createStripeGateway({
    ...STRIPE_KEYS,
    url: wire.url,
    clock,
    deadline: wire.deadline,
  });

  const latest = (reference: string): BankIntent => {
    const intent = bank.under(reference).at(-1);
    if (intent === undefined) throw new Error(`Stripe has no intent under ${reference}`);
    return intent;
  };

  function save(account?: string): string {
    const customer = account === undefined ? null : bank.newId("cus");
    if (customer !== null) bank.customers.set(customer, account);
    const id = bank.newId("pm");
    bank.methods.set(id, { id, customer });
    return id;
  }

  return {
    gateway,
    url: wire.url,
    wire,
    clock,
    save,
    arrived: wire.arrived,
    plays: (call, step) =>
      step === "works" ||
      (call !== "complete" && (isOfConnection(step) || PLAYS[call].includes(step))),
    play: wire.play,
    card: () => ({ cardId: bank.newId("card"), gatewayToken: save() }),
    cardCount: () => [...bank.methods.values()].filter(({ customer }) => customer !== null).length,
    charges: (reference) => toCharges(bank.under(reference)),
    everyCharge: () => toCharges(bank.intents),
    chargeUnheard: (reference, amountKurus) =>
      void bank.add({
        reference,
        amountKurus,
        customer: [...bank.customers.keys()].at(-1) ?? "",
        created: Math.floor(clock.now() / 1_000),
        status: "succeeded",
      }),
    settle: (reference, how) => {
      const intent = latest(reference);
      const pending = intent.refunds.find(({ status }) => status === "pending");
      if (pending !== undefined) pending.status = how === "works" ? "succeeded" : "failed";
      else if (how === "works") intent.status = "succeeded";
      else decline(intent, { code: "card_declined", decline_code: "generic_decline" });
    },
    userReturns: (reference, how) => {
      const intent = latest(reference);
      if (intent.status === "requires_action") {
        if (how === "passes") intent.status = "succeeded";
        if (how === "fails") decline(intent, { code: "payment_intent_authentication_failure" });
      }
      const brought = {
        payment_intent: intent.id,
        payment_intent_client_secret: `${intent.id}_secret_x`,
        redirect_status: how === "fails" ? "failed" : "succeeded",
      };
      return Promise.resolve({
        kind: "callback",
        headers: new Headers(),
        // The query of the address of return. Nothing in it is signed, so that all can be left out.
        body: how === "unsigned" ? "" : String(new URLSearchParams(brought)),
      });
    },
    webhook: (reference, how) => {
      const object = intentReply(latest(reference));
      const body = JSON.stringify({
        id: bank.newId("evt"),
        object: "event",
        type: "payment_intent.succeeded",
        livemode: false,
        data: { object },
      });
      const time = Math.floor(clock.now() / 1_000);
      const secret = how === "signed" ? STRIPE_KEYS.webhookSecret : "whsec_another";
      const signature = createHmac("sha256", secret).update(`${time}.${body}`).digest("hex");
      const headers = new Headers({ "stripe-signature": `t=${time},v1=${signature}` });
      return Promise.resolve({ kind: "webhook", headers, body });
    },
    secrets: () => [
      ...Object.values(STRIPE_KEYS),
      ...bank.methods.keys(),
      ...bank.customers.keys(),
      "4242424242424242",
      "AYSE DEMIR",
    ],
    [Symbol.asyncDispose]: wire[Symbol.asyncDispose],
  };
}

function toCharges(intents: readonly BankIntent[]): readonly FakeCharge[] {
  return intents.filter(({ status }) => status === "succeeded").map((intent) => ({
    reference: intent.reference,
    providerRef: intent.id,
    amountKurus: intent.amountKurus,
    givenBackKurus: givenBackOf(intent),
  }));
}

/** An account as Customers name it. */
export function ownerOf(account: Parameters<typeof accountKey>[0]): string {
  return accountKey(account);
}

function toAnswer(done: Done, step: FakeStep): { status: number; body: string } {
  if (!("error" in done)) return { status: 200, body: JSON.stringify(done.data(step)) };
  return { status: done.status, body: JSON.stringify({ error: done.error }) };
}
