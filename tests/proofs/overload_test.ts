/**
 * More load than Kese can take: it refuses the rest at once, finishes what it accepted, loses nothing, and
 * is as fast as before when the load falls. Time is counted in rounds with a fixed number of saves, so the
 * proof does not depend on the machine.
 *
 * @module
 */

import { assert, assertEquals, assertLess } from "@std/assert";
import {
  COMMANDS_PER_FOLD,
  OPEN_HOLDS_PER_ACCOUNT,
  QUEUE_PER_ACCOUNT,
  SWEEP_INTERVAL_MILLISECONDS,
  TOP_UPS_WAITING,
} from "../../domain/limits.ts";
import { REQUESTS_IN_FLIGHT } from "../../routes/http/admission.ts";
import { openSqliteStore } from "../../infra/sqlite/store.ts";
import {
  assertAddsUp,
  assertProblem,
  countEntries,
  journalOf,
  saveCard,
} from "../support/answers.ts";
import { chargeableCards } from "../support/card_numbers.ts";
import { settled } from "../support/clock.ts";
import { type Answer, createUser, openTestKese, send, type TestKese } from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { intercept } from "../support/faults.ts";

const ROUND_MILLISECONDS = 10;
/** Saves that the store does in a round. */
const CAPACITY = 50;
const USERS = 400;
/** Requests that arrive in a round of overload: more than the store can do, folded as they are. */
const OVERLOAD = 1_000;
const OVERLOADED_ROUNDS = 25;
/** A save waits behind one of each other account at most, and a command for one save and its own. */
const ROUNDS_MAX = 2 * USERS / CAPACITY + 1;
/** A request that arrives in a round is answered in the same one when nothing waits before it. */
const ROUNDS_WHEN_IDLE = 1;

interface Slow extends AsyncDisposable {
  readonly kese: TestKese;
  /** Lets the store do as many saves as a round has time for. */
  round(): Promise<void>;
  /** From now on the store does every save at once. */
  recover(): void;
}

/** Kese on a store whose saves wait for the next round. */
async function openSlow(users: number): Promise<Slow> {
  const store = openSqliteStore(":memory:");
  const waiting: (() => void)[] = [];
  let slow = false;
  const accounts = intercept(store.accounts, {
    save: async ({ make }) => {
      if (slow) await new Promise<void>((resolve) => waiting.push(resolve));
      return await make();
    },
  });
  const kese = await openTestKese({ store: { ...store, accounts } });
  for (let place = 0; place < users; place++) await createUser(kese, `user${place}`);
  slow = true;
  return {
    kese,
    round: async () => {
      for (const go of waiting.splice(0, CAPACITY)) go();
      await settled();
      await settled();
      kese.clock.advance(ROUND_MILLISECONDS);
    },
    recover: () => {
      slow = false;
      for (const go of waiting.splice(0)) go();
    },
    [Symbol.asyncDispose]: kese.close,
  };
}

/** A payment or adjustment that was asked for, and what became of it. */
interface Sent {
  readonly orderId: string;
  readonly userNo: string;
  readonly round: number;
  answer?: Answer;
  answeredIn?: number;
}

/** What may be asked for as often as one likes. Their count divides no number of users here, so each user asks for all. */
const LINES = [
  "POST /kart-saklamali-odeme?",
  "POST /kart-saklamali-odeme?",
  "POST /bakiye-duzeltme?direction=credit&reason=cash&",
];

/** Clients that send, and note the round in which each answer came. */
function createClients({ kese, round }: Slow) {
  const sent: Sent[] = [];
  let now = 0;
  const pay = (): void => {
    const place = sent.length;
    const one: Sent = { orderId: `order-${place}`, userNo: `user${place % USERS}`, round: now };
    sent.push(one);
    const line = LINES[place % LINES.length];
    const query = `userNo=${one.userNo}&amount=0.01&orderId=${one.orderId}`;
    void send(kese, `${line}${query}`).then((answer) => {
      Object.assign(one, { answer, answeredIn: now });
    });
  };
  return {
    sent,
    unanswered: () => sent.filter(({ answer }) => answer === undefined).length,
    /** So many requests arrive; what can be said at once is said, then the store has its time. */
    arrive: async (requests: number): Promise<void> => {
      for (let count = 0; count < requests; count++) pay();
      await settled();
      await round();
      now++;
    },
  };
}

function roundsOf({ round, answeredIn = Infinity }: Sent): number {
  return answeredIn - round;
}

/** The journals hold exactly what was acknowledged, and they add up. */
async function assertNothingLost(kese: TestKese, sent: readonly Sent[]): Promise<void> {
  const kept: unknown[] = [];
  for (let place = 0; place < USERS; place++) {
    await assertAddsUp(kese, `user${place}`);
    for (const entry of await journalOf(kese, `user${place}`)) {
      if ("orderId" in entry) kept.push(entry.orderId);
    }
  }
  const acknowledged = sent.filter(({ answer }) => answer?.status === 201);
  assertEquals(kept.toSorted(), acknowledged.map(({ orderId }) => orderId).toSorted());
}

Deno.test("Kese under far too much load refuses early, answers the rest in bounded time, loses nothing, and recovers", async () => {
  await using slow = await openSlow(USERS);
  const { sent, unanswered, arrive } = createClients(slow);

  // The load that the store can take.
  for (let round = 0; round < 20; round++) await arrive(CAPACITY / 2);
  assertEquals(sent.map(({ answer }) => answer?.status).filter((status) => status !== 201), []);
  assertLess(Math.max(...sent.map(roundsOf)), ROUNDS_WHEN_IDLE + 1);

  const before = sent.length;
  for (let round = 0; round < OVERLOADED_ROUNDS; round++) {
    await arrive(OVERLOAD);
    assertLess(unanswered(), REQUESTS_IN_FLIGHT + 1);
  }
  const during = sent.slice(before);
  const refused = during.filter(({ answer }) => answer?.status === 503);
  assert(refused.length > during.length / 2, `${refused.length} of ${during.length} were refused`);
  assertEquals(refused.filter((one) => roundsOf(one) > 0).length, 0, "a refusal waits for nobody");
  for (const { answer } of refused) {
    assert(answer);
    assertProblem(answer, 503, "busy");
    assertEquals(answer.headers.get("retry-after"), "1");
  }
  const accepted = during.filter(({ answer }) => answer?.status === 201);
  assert(accepted.length > CAPACITY * OVERLOADED_ROUNDS, "the store had to do all the time");

  // The load falls: what was taken in is finished, and then every answer comes at once again.
  for (let round = 0; unanswered() > 0 && round < ROUNDS_MAX; round++) await arrive(0);
  assertEquals(unanswered(), 0, "every request was answered");
  assertLess(Math.max(...during.map(roundsOf)), ROUNDS_MAX + 1);
  const statuses = new Set(during.map(({ answer }) => answer?.status));
  assertEquals(statuses, new Set([201, 503]));
  const after = sent.length;
  for (let round = 0; round < 20; round++) await arrive(CAPACITY / 2);
  const recovered = sent.slice(after);
  assertEquals(recovered.filter(({ answer }) => answer?.status !== 201).length, 0);
  assertLess(Math.max(...recovered.map(roundsOf)), ROUNDS_WHEN_IDLE + 1);

  slow.recover();
  await assertNothingLost(slow.kese, sent);
});

Deno.test("Kese lets one account take no more than its own queue, however many of its requests come", async () => {
  await using slow = await openSlow(2);
  const { kese, recover, round } = slow;
  const asked = Array.from(
    { length: REQUESTS_IN_FLIGHT + 500 },
    () => send(kese, "POST /kart-saklamali-odeme?userNo=user0&amount=0.01"),
  );
  const others: Promise<Answer>[] = [];
  await settled();
  others.push(send(kese, "POST /kart-saklamali-odeme?userNo=user1&amount=0.01"));
  others.push(send(kese, "GET /bakiye?userNo=user0"));
  await settled();
  await round();
  assertEquals((await Promise.all(others)).map(({ status }) => status), [201, 200]);
  recover();
  const paid = (await Promise.all(asked)).filter(({ status }) => status === 201).length;
  assert(paid >= QUEUE_PER_ACCOUNT && paid <= QUEUE_PER_ACCOUNT + COMMANDS_PER_FOLD);
  assertEquals(await countEntries(kese, "user0", "payment"), paid);
});

Deno.test("Kese takes each of twenty holds once, however many captures of them come", async () => {
  await using slow = await openSlow(1);
  const { kese, recover, round } = slow;
  const placing = Array.from(
    { length: OPEN_HOLDS_PER_ACCOUNT },
    () => send(kese, "POST /provizyon?userNo=user0&amount=1"),
  );
  await settled();
  for (let rounds = 0; rounds < 2; rounds++) await round();
  const holds = (await Promise.all(placing)).map(({ body }) => body.holdId);
  const asked = Array.from({ length: REQUESTS_IN_FLIGHT + 500 }, (_, place) => {
    const end = place % 3 === 0 ? "iptal" : "tahsilat";
    return send(kese, `POST /provizyon/${holds[place % holds.length]}/${end}?userNo=user0`);
  });
  await settled();
  await round();
  recover();
  const answers = await Promise.all(asked);
  const ended = answers.filter(({ status }) => status < 300);
  assertEquals(ended.length, OPEN_HOLDS_PER_ACCOUNT);
  const paid = ended.filter(({ status }) => status === 201).length;
  for (const answer of answers) {
    if (answer.status === 503) assertProblem(answer, 503, "busy");
    else if (!ended.includes(answer)) assertProblem(answer, 409, "hold_closed");
  }
  assert(answers.some(({ status }) => status === 503), "too many came");
  assertEquals(await countEntries(kese, "user0", "payment"), paid);
  assertEquals(await countEntries(kese, "user0", "hold_released"), ended.length - paid);
  assertEquals(await assertAddsUp(kese, "user0"), `${100 - paid}.00`);
});

Deno.test("Kese freezes, unfreezes, closes and erases an account once, however many ask for it", async () => {
  await using slow = await openSlow(1);
  const { kese, recover, round } = slow;
  /** Asks more often than Kese takes in; gives the answers of those that it took in, but for `busy`. */
  const askTooOften = async (line: string) => {
    const asked = Array.from({ length: REQUESTS_IN_FLIGHT + 500 }, () => {
      return send(kese, line, { json: { userNo: "user0" } });
    });
    await settled();
    await round();
    recover();
    const answers = await Promise.all(asked);
    assert(answers.some(({ status }) => status === 503), "too many came");
    return answers.filter(({ body }) => body.code !== "busy");
  };
  const once = [
    ["POST /hesap/dondur", "account_frozen", "account_frozen"],
    ["POST /hesap/coz", "account_unfrozen", "account_not_frozen"],
    ["POST /hesap/kapat", "account_closed", "account_closed"],
  ] as const;
  for (const [line, type, code] of once) {
    if (type === "account_closed") {
      const rest = { userNo: "user0", amount: "100", direction: "debit", reason: "correction" };
      assertEquals((await send(kese, "POST /bakiye-duzeltme", { json: rest })).status, 201);
    }
    const answers = await askTooOften(line);
    const [done, ...others] = answers.toSorted((one, other) => one.status - other.status);
    assertEquals(done?.status, 200);
    for (const answer of others) assertProblem(answer, 409, code);
    assertEquals(await countEntries(kese, "user0", type), 1);
  }
  const erased = await askTooOften("DELETE /kullanici");
  assertEquals(new Set(erased.map(({ status }) => status)), new Set([200]));
  assertEquals(await countEntries(kese, "user0", "account_erased"), 1);
  await assertAddsUp(kese, "user0");
});

Deno.test("Kese goes on paying while the card gateway is silent, and charges each card once when it is back", async () => {
  const gateway = createScriptedGateway({ charge: ["hangs"], inquire: ["pending"] });
  await using kese = await openTestKese({ gateway });
  const topUps = TOP_UPS_WAITING + 50;
  const cards = chargeableCards(topUps);
  for (let place = 0; place < topUps; place++) {
    await createUser(kese, `user${place}`);
    await saveCard(kese, `user${place}`, cards[place]);
  }
  const answers: Answer[] = [];
  const asking = Array.from({ length: topUps }, async (_, place) => {
    answers.push(await send(kese, `POST /update_balance?userNo=user${place}&balance=10.00`));
  });
  while (gateway.asked.length < topUps) await settled();
  await settled();
  assertEquals(answers.map(({ status }) => status), Array.from({ length: 50 }, () => 202));
  const paid = await send(kese, "POST /kart-saklamali-odeme?userNo=user0&amount=1.00");
  assertEquals([paid.status, answers.length], [201, 50], "the others wait, the payment did not");
  await Promise.all(asking);
  assertEquals(new Set(answers.map(({ status }) => status)), new Set([202]));

  gateway.play({ charge: ["charges"], inquire: ["truth"] });
  kese.clock.advance(SWEEP_INTERVAL_MILLISECONDS);
  // The first may still find conversations under way that came to nothing.
  for (let sweeps = 0; sweeps < 5 && gateway.taken.size < topUps; sweeps++) await kese.sweep();
  assertEquals(gateway.taken.size, topUps);
  for (let place = 0; place < topUps; place++) {
    assertEquals(await countEntries(kese, `user${place}`, "top_up_credited"), 1);
    await assertAddsUp(kese, `user${place}`);
  }
});
