import { assertEquals } from "@std/assert";
import { CARD_SAVES_PER_HOUR, DECLINES_PER_HOUR } from "../../domain/limits.ts";
import { lira } from "./amounts.ts";
import { saveCard } from "./answers.ts";
import type { ApiToKill } from "./api_to_kill.ts";
import { chargeableCards } from "./card_numbers.ts";
import { type Answer, createUser } from "./kese.ts";
import { sendWhileBusy } from "./payments.ts";
import type { Random } from "./random.ts";

/** What a client wants done once, however often it has to ask. */
export interface Errand {
  readonly type: "payment" | "refund" | "top_up" | "card";
  readonly userNo: string;
  readonly line: string;
  readonly sending: { readonly json: object; readonly key: string };
  /** 0 where it is not about money. No two top-ups are of the same amount. */
  readonly amountKurus: number;
}

export interface Done {
  readonly errand: Errand;
  readonly answer: Answer;
}

/** Clients that pay, refund, top up and save cards, all at once, until they are stopped. */
export interface Load {
  readonly done: readonly Done[];
  /** Top-ups whose answer was lost and that were not asked for again. */
  readonly abandoned: readonly Errand[];
  /** Every request that was sent, repeats included. */
  readonly asked: readonly Errand[];
  /** Resolves when so many more errands are done; rejects when a client met what it must not. */
  moreDone(count: number): Promise<void>;
  /** Lets every client finish its errand. */
  stop(): Promise<void>;
}

export interface LoadOptions {
  readonly random: Random;
  readonly api: Pick<ApiToKill, "serving">;
  /** Of a hundred top-ups whose answer is lost, how many are never asked for again. */
  readonly abandonPercent: number;
}

export const LOAD_USERS: readonly string[] = Array.from({ length: 12 }, (_, n) => `rider-${n}`);
export const LOAD_CLIENTS = 16;
const BALANCE = "10000.00";
const TOP_UP_MIN_KURUS = 10_000;
const PAYMENT_MAX_KURUS = 200;
/** The first is saved by {@linkcode createLoadUsers}. */
const CARDS_PER_USER = CARD_SAVES_PER_HOUR - 1;
const CARDS = chargeableCards(LOAD_USERS.length * (1 + CARDS_PER_USER));

/** The users of the load, each with a balance and a card that can be charged. */
export async function createLoadUsers(url: string): Promise<void> {
  // Of one card no more may be under way in the fleet than may be declined.
  const cards = CARDS.slice(0, LOAD_USERS.length);
  await Promise.all(LOAD_USERS.map(async (userNo, place) => {
    await createUser(url, userNo, BALANCE);
    await saveCard(url, userNo, cards[place]);
  }));
}

export function startLoad({ api, random, abandonPercent }: LoadOptions): Load {
  const done: Done[] = [];
  const abandoned: Errand[] = [];
  const asked: Errand[] = [];
  const errands = createErrands(random, done);
  let stopped = false;
  let waiting = { count: Infinity, resolve: () => {} };

  /** Asks until there is an answer, as a client with a key does; some walk away from a top-up. */
  async function run(errand: Errand): Promise<void> {
    const { line, sending } = errand;
    for (let serving = await api.serving();; serving = await api.serving(serving)) {
      asked.push(errand);
      const answer = await sendWhileBusy(serving.url, line, sending).catch(toLost);
      if (answer !== undefined) {
        assertEquals(answer.status, 201, `${line} ${answer.text}`);
        done.push({ errand, answer });
        errands.end(errand);
        if (--waiting.count === 0) waiting.resolve();
        return;
      }
      const walksAway = errand.type === "top_up" && random.percent(abandonPercent);
      if (walksAway) return void abandoned.push(errand);
    }
  }

  async function client(): Promise<void> {
    while (!stopped) await run(errands.next());
  }

  const all = Array.from({ length: LOAD_CLIENTS }, client);
  const clients = Promise.all(all);
  // Whoever waits for more sees the rejection.
  clients.catch(() => {});
  return {
    done,
    abandoned,
    asked,
    moreDone: async (count) => {
      const { promise, resolve } = Promise.withResolvers<void>();
      waiting = { count, resolve };
      await Promise.race([promise, clients]);
    },
    stop: async () => {
      stopped = true;
      await Promise.allSettled(all);
      await clients;
    },
  };
}

/** How often an answer never came. */
export function countLost({ asked, done }: Load, type?: Errand["type"]): number {
  const isMeant = (errand: Errand): boolean => type === undefined || errand.type === type;
  return asked.filter(isMeant).length - done.filter(({ errand }) => isMeant(errand)).length;
}

/** A TypeError is what fetch throws when the other side is gone; everything else is a fault. */
function toLost(error: unknown): undefined {
  if (!(error instanceof TypeError)) throw error;
}

interface Errands {
  next(): Errand;
  /** The errand has its answer. */
  end(errand: Errand): void;
}

/** Draws errands that must succeed: no other user's payment, no card twice, no more than the balance. */
function createErrands(random: Random, done: readonly Done[]): Errands {
  const cards = createCards();
  let count = 0;
  let looked = 0;
  const refundable: Done[] = [];
  /** Those without an answer: a killed process may have left a charge of each in progress. */
  const openTopUps = new Set<Errand>();

  /** One more in progress could be one decline too many, and would be refused. */
  function mayTopUp(userNo: string): boolean {
    const open = [...openTopUps].filter((errand) => errand.userNo === userNo);
    return open.length < DECLINES_PER_HOUR;
  }

  function findRefundable(): Done | undefined {
    refundable.push(...done.slice(looked).filter(({ errand }) => errand.type === "payment"));
    looked = done.length;
    return refundable.splice(random.below(refundable.length), 1)[0];
  }

  function payment(userNo: string): Task {
    const amountKurus = 1 + random.below(PAYMENT_MAX_KURUS);
    const json = { userNo, amount: lira(amountKurus) };
    return { type: "payment", userNo, amountKurus, line: "POST /kart-saklamali-odeme", json };
  }

  function topUp(userNo: string): Task {
    const amountKurus = TOP_UP_MIN_KURUS + count;
    const saved = done.filter(({ errand }) => errand.type === "card" && errand.userNo === userNo);
    // Spread over the cards: what a killed process had counted against one stays counted for an hour.
    const cardId = saved[random.below(saved.length + 1)]?.answer.body.card.cardId;
    const json = { userNo, balance: lira(amountKurus), ...(cardId && { cardId }) };
    return { type: "top_up", userNo, amountKurus, line: "POST /update_balance", json };
  }

  function refund({ errand: { userNo, amountKurus }, answer }: Done): Task {
    const json = { userNo, paymentId: answer.body.paymentId };
    return { type: "refund", userNo, amountKurus, line: "POST /iade", json };
  }

  function card({ userNo, cardNo }: UsersCard): Task {
    const json = { userNo, cardNo };
    return { type: "card", userNo, amountKurus: 0, line: "POST /kart-saklama", json };
  }

  function draw(): Task {
    const userNo = LOAD_USERS[random.below(LOAD_USERS.length)] ?? "";
    const share = random.below(100);
    const paid = share < 20 ? findRefundable() : undefined;
    if (paid !== undefined) return refund(paid);
    const unsaved = share >= 92 ? cards.pop() : undefined;
    if (unsaved !== undefined) return card(unsaved);
    return share >= 70 && mayTopUp(userNo) ? topUp(userNo) : payment(userNo);
  }

  return {
    next: () => {
      count++;
      const { json, ...task } = draw();
      const errand = { ...task, sending: { json, key: `errand-${count}` } };
      if (errand.type === "top_up") openTopUps.add(errand);
      return errand;
    },
    end: (errand) => openTopUps.delete(errand),
  };
}

type Task = Omit<Errand, "sending"> & { readonly json: object };

interface UsersCard {
  readonly userNo: string;
  readonly cardNo: string;
}

/** As many cards as an hour lets the users save, each to be saved once. */
function createCards(): UsersCard[] {
  return CARDS.slice(LOAD_USERS.length).map((cardNo, place) => ({
    userNo: LOAD_USERS[place % LOAD_USERS.length] ?? "",
    cardNo,
  }));
}
