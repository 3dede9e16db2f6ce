import { HOLD_MAX_MINUTES } from "../../domain/limits.ts";
import { unfiledMost } from "../../infra/sqlite/key_tail.ts";
import { sendWell } from "./answers.ts";
import {
  ANSWER_IS_LOST,
  DECLINED,
  MASTERCARD,
  UNVERIFIED,
  VISA,
  WANTS_THE_USER,
} from "./card_numbers.ts";
import { newUser, type TestKese } from "./kese.ts";

/** A request that can be sent again word for word. */
export interface Sent {
  readonly line: string;
  readonly json: unknown;
}

/** What is there after a request took effect once. */
export interface Ending {
  /** Of the final answer. */
  readonly status: 200 | 201 | 402 | 409;
  /** The user's whole journal, oldest first. */
  readonly entries: readonly string[];
  readonly balance: string;
}

/** A request that writes, and what is there after it took effect once. */
export interface Operation extends Ending {
  readonly name: string;
  /** Makes a new user and what else the request needs; gives the request. */
  prepare(kese: TestKese, userNo: string): Promise<Sent>;
  /** What the user does on the bank's page, if that is shown; then the request is sent again. */
  readonly onBankPage?: "approve" | "refuse";
  /** What else it may come to if the client is away for hours, in which a bank waits for no user. */
  readonly endingsWhenAway?: readonly Ending[];
  /** What was asked under keys of their own before it, and must still be known by them. */
  keysBefore?(userNo: string): readonly (Sent & { readonly key: string })[];
  /** What is held of it; nothing by default. */
  readonly held?: string;
  /** Whether it has to be over before a hold expires. */
  readonly isHurried?: boolean;
}

/** Creates a user with 100.00 and returns the ids of the cards; the first is selected. */
async function createUser(
  kese: TestKese,
  userNo: string,
  allCards: readonly string[] = [],
): Promise<readonly string[]> {
  const [selectedCard] = allCards;
  const { body } = await sendWell(kese, "POST /create_user", {
    json: newUser(userNo, { balance: "100.00", allCards, ...(selectedCard && { selectedCard }) }),
  });
  return body.cards.map(({ cardId }: { readonly cardId: string }) => cardId);
}

async function pay(
  kese: TestKese,
  userNo: string,
  amount: string,
  orderId?: string,
): Promise<string> {
  const json = { userNo, amount, ...(orderId !== undefined && { orderId }) };
  const { body } = await sendWell(kese, "POST /kart-saklamali-odeme", { json });
  return body.paymentId;
}

/** How many keys an account has that are not filed when the next one files them. */
const UNFILED_BEFORE = unfiledMost(0) - 1;

/** So many payments of 0.01, each with its key. */
function smallPayments(userNo: string): readonly (Sent & { readonly key: string })[] {
  return Array.from({ length: UNFILED_BEFORE }, (_, place) => ({
    line: "POST /kart-saklamali-odeme",
    json: { userNo, amount: "0.01" },
    key: `before-${place}`,
  }));
}

/** As long as a hold can be: a sweep of crashes takes hours. */
const LASTING = { expiresInMinutes: HOLD_MAX_MINUTES };

async function hold(kese: TestKese, userNo: string, amount: string): Promise<string> {
  await createUser(kese, userNo);
  const { body } = await sendWell(kese, "POST /provizyon", {
    json: { userNo, amount, ...LASTING },
  });
  return body.holdId;
}

/** A top-up of 50.00 on a user's only card. */
function topUp(
  card: string,
  outcome: "top_up_credited" | "top_up_failed",
): Omit<Operation, "name"> {
  return {
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo, [card]);
      return { line: "POST /update_balance", json: { userNo, balance: "50.00" } };
    },
    status: outcome === "top_up_credited" ? 201 : 402,
    entries: ["account_opened", "top_up_started", outcome],
    balance: outcome === "top_up_credited" ? "150.00" : "100.00",
  };
}

/** A top-up of 50.00 on a card whose bank wants to see the user. */
function topUpAtBank(onBankPage: "approve" | "refuse"): Omit<Operation, "name"> {
  const outcome = onBankPage === "approve" ? "top_up_credited" : "top_up_failed";
  const { entries: [opened = "", started = ""], ...more } = topUp(WANTS_THE_USER, outcome);
  const failed = { status: 402, balance: "100.00" } as const;
  return {
    ...more,
    onBankPage,
    entries: [opened, started, "top_up_action_required", outcome],
    endingsWhenAway: [
      { ...failed, entries: [opened, started, "top_up_action_required", "top_up_failed"] },
      // The process died before it could say where the bank waits.
      { ...failed, entries: [opened, started, "top_up_failed"] },
    ],
  };
}

/** Money back to the card of a top-up of 50.00. */
function cardRefund(
  amount: string | undefined,
  outcome: "card_refund_completed" | "card_refund_failed",
): Omit<Operation, "name"> {
  const isRefused = outcome === "card_refund_failed";
  return {
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo, [VISA]);
      const topUp = { json: { userNo, balance: "50.00" } };
      const { body: { topUpId } } = await sendWell(kese, "POST /update_balance", topUp);
      return {
        line: "POST /karta-iade",
        json: amount === undefined ? { userNo } : { userNo, topUpId, amount },
      };
    },
    status: isRefused ? 409 : 201,
    entries: [
      ...["account_opened", "top_up_started", "top_up_credited"],
      ...["card_refund_started", outcome],
    ],
    balance: isRefused ? "150.00" : (150 - Number(amount ?? 50)).toFixed(2),
  };
}

export const OPERATIONS: readonly Operation[] = [
  {
    name: "create_user with cards",
    prepare: (_kese, userNo) => {
      const cards = { allCards: [VISA, UNVERIFIED], selectedCard: MASTERCARD };
      const json = newUser(userNo, { balance: "100.00", ...cards });
      return Promise.resolve({ line: "POST /create_user", json });
    },
    status: 201,
    entries: ["account_opened"],
    balance: "100.00",
  },
  {
    name: "save card",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo, [VISA]);
      return { line: "POST /kart-saklama", json: { userNo, cardNo: MASTERCARD } };
    },
    status: 201,
    entries: ["account_opened", "card_saved"],
    balance: "100.00",
  },
  {
    name: "select card",
    prepare: async (kese, userNo) => {
      const [, cardId] = await createUser(kese, userNo, [VISA, MASTERCARD]);
      return { line: "PUT /secili-kart", json: { userNo, cardId } };
    },
    status: 200,
    entries: ["account_opened", "card_selected"],
    balance: "100.00",
  },
  {
    name: "remove card",
    prepare: async (kese, userNo) => {
      const [cardId] = await createUser(kese, userNo, [VISA, MASTERCARD]);
      return { line: "DELETE /kart-saklama", json: { userNo, cardId } };
    },
    status: 200,
    entries: ["account_opened", "card_removed"],
    balance: "100.00",
  },
  {
    name: "payment",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      const json = { userNo, amount: "10.50", orderId: "ride-1", description: "A ride" };
      return { line: "POST /kart-saklamali-odeme", json };
    },
    status: 201,
    entries: ["account_opened", "payment"],
    balance: "89.50",
  },
  {
    // On SQLite: one key more, and they leave the journal's end for a table, all at once.
    name: "payment that files keys",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      for (const { line, json, key } of smallPayments(userNo)) {
        await sendWell(kese, line, { json, key });
      }
      return { line: "POST /kart-saklamali-odeme", json: { userNo, amount: "10.50" } };
    },
    keysBefore: smallPayments,
    status: 201,
    entries: ["account_opened", ...Array(UNFILED_BEFORE + 1).fill("payment")],
    balance: "89.19",
  },
  {
    name: "refund of the newest",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      await pay(kese, userNo, "30.00");
      await pay(kese, userNo, "10.00");
      return { line: "POST /iade", json: { userNo } };
    },
    status: 201,
    entries: ["account_opened", "payment", "payment", "refund"],
    balance: "70.00",
  },
  {
    name: "refund of an older payment",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      const paymentId = await pay(kese, userNo, "30.00");
      await pay(kese, userNo, "10.00");
      return { line: "POST /iade", json: { userNo, paymentId, amount: "12.50" } };
    },
    status: 201,
    entries: ["account_opened", "payment", "payment", "refund"],
    balance: "72.50",
  },
  {
    name: "refund by order",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      await pay(kese, userNo, "30.00", "ride-1");
      await pay(kese, userNo, "10.00", "ride-2");
      const json = { userNo, orderId: "ride-1", amount: "12.50", reason: "The lock did not open" };
      return { line: "POST /iade", json };
    },
    status: 201,
    entries: ["account_opened", "payment", "payment", "refund"],
    balance: "72.50",
  },
  { name: "top-up", ...topUp(VISA, "top_up_credited") },
  { name: "top-up, declined", ...topUp(DECLINED, "top_up_failed") },
  { name: "top-up, answer is lost", ...topUp(ANSWER_IS_LOST, "top_up_credited") },
  { name: "top-up, approved at the bank", ...topUpAtBank("approve") },
  { name: "top-up, refused at the bank", ...topUpAtBank("refuse") },
  { name: "card refund of the newest", ...cardRefund(undefined, "card_refund_completed") },
  // What the sandbox refuses, and what it first says nothing about.
  { name: "card refund, refused", ...cardRefund("13.13", "card_refund_failed") },
  { name: "card refund, pending", ...cardRefund("13.14", "card_refund_completed") },
  {
    name: "hold",
    isHurried: true,
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      const json = { userNo, amount: "50.00", orderId: "ride-1", ...LASTING };
      return { line: "POST /provizyon", json };
    },
    status: 201,
    entries: ["account_opened", "hold_placed"],
    balance: "100.00",
    held: "50.00",
  },
  {
    name: "capture",
    isHurried: true,
    prepare: async (kese, userNo) => {
      const holdId = await hold(kese, userNo, "50.00");
      return { line: `POST /provizyon/${holdId}/tahsilat`, json: { userNo, amount: "37.20" } };
    },
    status: 201,
    entries: ["account_opened", "hold_placed", "payment"],
    balance: "62.80",
  },
  {
    name: "release",
    isHurried: true,
    prepare: async (kese, userNo) => {
      const holdId = await hold(kese, userNo, "50.00");
      return { line: `POST /provizyon/${holdId}/iptal`, json: { userNo } };
    },
    status: 200,
    entries: ["account_opened", "hold_placed", "hold_released"],
    balance: "100.00",
  },
  {
    name: "adjustment",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      const json = { userNo, direction: "debit", amount: "12.50", reason: "fine", note: "Helmet" };
      return { line: "POST /bakiye-duzeltme", json };
    },
    status: 201,
    entries: ["account_opened", "adjustment"],
    balance: "87.50",
  },
  {
    name: "freezing",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      return { line: "POST /hesap/dondur", json: { userNo, reason: "A lost phone" } };
    },
    status: 200,
    entries: ["account_opened", "account_frozen"],
    balance: "100.00",
  },
  {
    name: "unfreezing",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      await sendWell(kese, "POST /hesap/dondur", { json: { userNo } });
      return { line: "POST /hesap/coz", json: { userNo } };
    },
    status: 200,
    entries: ["account_opened", "account_frozen", "account_unfrozen"],
    balance: "100.00",
  },
  {
    name: "closing",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo);
      await pay(kese, userNo, "100.00");
      return { line: "POST /hesap/kapat", json: { userNo } };
    },
    status: 200,
    entries: ["account_opened", "payment", "account_closed"],
    balance: "0.00",
  },
  {
    name: "erasing",
    prepare: async (kese, userNo) => {
      await createUser(kese, userNo, [VISA]);
      await pay(kese, userNo, "100.00", "ride-1");
      await sendWell(kese, "POST /hesap/kapat", { json: { userNo, reason: "Moved away" } });
      return { line: "DELETE /kullanici", json: { userNo } };
    },
    status: 200,
    entries: ["account_opened", "payment", "account_closed", "account_erased"],
    balance: "0.00",
  },
];
