import { assertEquals } from "@std/assert";
import { DECLINES_PER_CARD_AND_HOUR, HOUR_MILLISECONDS } from "../../domain/limits.ts";
import { assertProblem, assertReplays, journalOf, saveCard } from "../support/answers.ts";
import { DECLINED, MASTERCARD, VISA } from "../support/card_numbers.ts";
import { createPatientClock } from "../support/clock.ts";
import {
  type Answer,
  FLEET,
  FLEET_KEY,
  newUser,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  type TestKese,
  type TestOptions,
} from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";
import { onBothStores } from "../support/two_instances.ts";

const ALSO_DECLINED = "4000000000000341";
const OWN = { filo: FLEET, bearer: FLEET_KEY };
const KEYED = { ...OWN, key: "k" };
const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };

/** One clock for both instances. However slow the machine is, an answer says how its top-up ended. */
function sharePatientClock(): Pick<TestOptions, "clock"> {
  return { clock: createPatientClock() };
}

/** Creates users, each with that card. */
async function createUsers(
  kese: TestKese,
  userNos: readonly string[],
  { cardNo = DECLINED, fleet = OWN } = {},
): Promise<void> {
  for (const userNo of userNos) {
    const json = newUser(userNo, { selectedCard: cardNo });
    assertEquals((await send(kese, "POST /create_user", { ...fleet, json })).status, 201);
  }
}

function topUp(
  kese: TestKese,
  userNo: string,
  { key, ...fleet }: typeof OWN & { key?: string } = OWN,
): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return send(kese, "POST /update_balance", { ...fleet, headers, json: { userNo, balance: "1" } });
}

function countAnswers(answers: readonly Answer[]): Record<string, number> {
  const names = answers.map(({ status, body: { code, policy } }) =>
    [status, code, policy].filter(Boolean).join(" ")
  );
  const counts = Map.groupBy(names, (name) => name);
  return Object.fromEntries([...counts].map(([name, { length }]) => [name, length]));
}

const named = (count: number) => Array.from({ length: count }, (_, place) => `u${place}`);

onBothStores("a card is declined ten times an hour in a fleet, however many accounts race", async ([
  first,
  second,
]) => {
  const userNos = named(24);
  await createUsers(first, userNos);
  // Two of each user at once, each at another process.
  const rush = () =>
    Promise.all(userNos.flatMap((userNo) => [topUp(first, userNo), topUp(second, userNo)]));
  const exact = { "402 card_declined": 10, "429 rate_limited fleet_card_declines": 38 };
  assertEquals(countAnswers(await rush()), exact);
  assertEquals(countAnswers(await rush()), { "429 rate_limited fleet_card_declines": 48 });
  const entries = await Promise.all(userNos.map((userNo) => journalOf(first, userNo)));
  const types = entries.flat().map(({ type }) => type);
  assertEquals(types.filter((type) => type === "top_up_failed").length, DECLINES_PER_CARD_AND_HOUR);
  assertEquals(
    types.filter((type) => type === "top_up_started").length,
    10,
    "none was refused late",
  );

  const refused = await topUp(second, "u0");
  assertProblem(refused, 429, "rate_limited", {
    policy: "fleet_card_declines",
    limit: 10,
    windowSeconds: 3_600,
    retryAfterSeconds: 3_600,
  });
  assertEquals(refused.headers.get("ratelimit-policy"), '"fleet_card_declines";q=10;w=3600');
  const english = await send(second, "POST /update_balance", {
    headers: { "accept-language": "en" },
    json: { userNo: "u0", balance: "1" },
  });
  assertEquals([refused.body.title, english.body.title], [
    "Çok fazla istek gönderildi.",
    "Too many requests.",
  ]);

  // The card elsewhere, and another card here.
  await createUsers(first, ["u0"], { fleet: OTHER });
  assertProblem(await topUp(first, "u0", OTHER), 402, "card_declined");
  await createUsers(first, ["good"], { cardNo: VISA });
  assertEquals((await topUp(second, "good")).status, 201);
  await createUsers(first, ["bad"], { cardNo: ALSO_DECLINED });
  assertProblem(await topUp(first, "bad"), 402, "card_declined");

  first.clock.advance(HOUR_MILLISECONDS);
  assertEquals(countAnswers(await rush()), exact);
}, sharePatientClock);

onBothStores("a card that is charged may be charged on, and its repeats count nothing", async ([
  first,
  second,
]) => {
  const userNos = named(2 * DECLINES_PER_CARD_AND_HOUR);
  await createUsers(first, userNos, { cardNo: VISA });
  for (const userNo of userNos) {
    const answer = await topUp(first, userNo, KEYED);
    assertEquals(answer.status, 201, answer.text);
    assertReplays(await topUp(second, userNo, KEYED), answer);
  }
}, sharePatientClock);

onBothStores("a repeat gets its first answer, also when its card has had its declines", async ([
  first,
  second,
]) => {
  const userNos = named(DECLINES_PER_CARD_AND_HOUR);
  await createUsers(first, userNos);
  const answers = [];
  for (const userNo of userNos) answers.push(await topUp(first, userNo, KEYED));
  assertEquals(countAnswers(answers), { "402 card_declined": 10 });
  assertEquals((await topUp(first, "u0")).body.policy, "fleet_card_declines");
  for (const [place, answer] of answers.entries()) {
    assertReplays(await topUp(second, `u${place}`, KEYED), answer);
  }
}, sharePatientClock);

onBothStores("the card that another process has selected is the one that counts", async ([
  first,
  second,
]) => {
  await createUsers(first, named(DECLINES_PER_CARD_AND_HOUR));
  for (const userNo of named(DECLINES_PER_CARD_AND_HOUR)) await topUp(first, userNo);
  await createUsers(first, ["mine"], { cardNo: MASTERCARD });
  const declined = await saveCard(first, "mine", DECLINED);
  assertEquals((await topUp(second, "mine")).status, 201);
  const json = { userNo: "mine", cardId: declined };
  assertEquals((await send(first, "PUT /secili-kart", { json })).status, 200);
  // The second process still has the other card at hand.
  assertEquals((await topUp(second, "mine")).body.policy, "fleet_card_declines");
}, sharePatientClock);

const unclear = createScriptedGateway({ charge: ["says_pending"], inquire: ["pending"] });

onBothStores("a charge without an outcome counts until it has one", async ([first, second]) => {
  unclear.play({ charge: ["says_pending"], inquire: ["pending"] });
  const userNos = named(DECLINES_PER_CARD_AND_HOUR + 1);
  await createUsers(first, userNos, { cardNo: VISA });
  const rush = await Promise.all(userNos.map((userNo) => topUp(first, userNo)));
  const exact = { "202": 10, "429 rate_limited fleet_card_declines": 1 };
  assertEquals(countAnswers(rush), exact);
  first.clock.advance(HOUR_MILLISECONDS / 2);
  await second.sweep();
  assertEquals(countAnswers(await Promise.all(userNos.map((userNo) => topUp(first, userNo)))), {
    "429 rate_limited fleet_card_declines": 11,
  });
  unclear.play({ charge: ["charges", "declines"], inquire: ["not_found"] });
  await second.sweep();
  // One was charged in the end, and nine were declined.
  unclear.play({ charge: ["charges"], inquire: ["truth"] });
  const after = await topUp(first, "u0");
  assertEquals(after.status, 201, after.text);
  unclear.play({ charge: ["declines"] });
  const last = await Promise.all(userNos.map((userNo) => topUp(first, userNo)));
  assertEquals(countAnswers(last), {
    "402 card_declined": 1,
    "429 rate_limited fleet_card_declines": 10,
  });
}, () => ({ ...sharePatientClock(), gateway: unclear }));
