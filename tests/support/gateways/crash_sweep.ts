/**
 * Breaks the ways of money off at every call to the store and to the card gateway, and at every request
 * on the wire between adapter and gateway; then the client asks again and sweeps run, and the gateway's
 * own bank says what became of the card.
 *
 * @module
 */

import { assert, assertEquals } from "@std/assert";
import { HOUR_MILLISECONDS, MINUTE_MILLISECONDS } from "../../../domain/limits.ts";
import { formatAmount, kurus } from "../../../domain/money.ts";
import type { Store } from "../../../infra/store.ts";
import { reconcile } from "../../../scripts/reconcile.ts";
import { assertAddsUp, journalOf, sendWell } from "../answers.ts";
import { createPatientClock, type TestClock } from "../clock.ts";
import { countCalls, type CrashFault } from "../crash_calls.ts";
import { type Answer, createUser, FLEET, openTestKese, send, type TestKese } from "../kese.ts";
import type { FakeCall, FakeOptions } from "./fake.ts";
import { comeBack, toRequest } from "./user.ts";
import type { WireFake } from "./wire.ts";

/** A way of money that is broken off: a request, or what ends that which a request left open. */
export interface MoneyWay {
  readonly name: string;
  /** What goes back to the card: a part of a top-up of 50.00, or all of it. Without it, a top-up. */
  readonly givesBack?: "20.00" | "50.00";
  readonly wants3ds?: true;
  /** The call of the request that is lost, before a sweep is broken off instead of the request. */
  readonly lost?: readonly [FakeCall, "lost_before" | "lost_after"];
  /** It is not a sweep that is broken off then, but the gateway's webhook. */
  readonly hears?: true;
}

export const MONEY_WAYS: readonly MoneyWay[] = [
  { name: "top-up" },
  { name: "top-up with 3-D Secure", wants3ds: true },
  { name: "a part back to the card", givesBack: "20.00" },
  { name: "all of it back to the card", givesBack: "50.00" },
  { name: "sweep of a charge whose answer was lost", lost: ["charge", "lost_after"] },
  {
    name: "webhook of a charge whose answer was lost",
    lost: ["charge", "lost_after"],
    hears: true,
  },
  { name: "sweep of a charge that never arrived", lost: ["charge", "lost_before"] },
  {
    name: "sweep of money back whose answer was lost",
    givesBack: "20.00",
    lost: ["give_back", "lost_after"],
  },
  {
    name: "sweep of money back that never arrived",
    givesBack: "20.00",
    lost: ["give_back", "lost_before"],
  },
];

/** What was swept. */
export interface GatewaySweep {
  readonly way: string;
  /** Calls to store and gateway, and requests on the wire, when nothing is broken off. */
  readonly calls: number;
  readonly requests: number;
  readonly crashPoints: number;
  /** What the client was told in the end, and how often. */
  readonly answers: ReadonlyMap<string, number>;
}

/** What is broken off: a call of a port, or a request of the adapter, during which Kese may die, too. */
type Fault =
  | CrashFault
  | { readonly kind: "lost_before" | "lost_after" | "lost_and_dies"; readonly request: number };

interface Crash {
  readonly userNo: string;
  readonly fault?: Fault;
  /** Whether the client asks again at once, or after all sweeps. */
  readonly returns: "at_once" | "after_sweeps";
}

interface Bench {
  readonly way: MoneyWay;
  readonly fake: WireFake;
  readonly store: Store;
  readonly clock: TestClock;
  /** The process in which nothing is broken off. */
  readonly kese: TestKese;
}

/** A request of a user that can be sent again word for word. */
interface Sent {
  readonly line: string;
  readonly json: unknown;
}

const OPENING = "100.00";
const TOP_UP = { balance: "50.00" };
/** A sweep needs several looks before it believes that something never arrived. */
const SWEEPS = 5;
/** Requests that follow each other at once. */
const REPEATS_MAX = 3;
const FINAL: ReadonlySet<number> = new Set([201, 402, 409]);

export type OpenWireFake = (options: FakeOptions) => WireFake;

/** Breaks one way of money off at every point, and proves of each that no money moved twice or was lost. */
export async function sweepGatewayCrashes(
  way: MoneyWay,
  open: OpenWireFake,
  store: Store,
): Promise<GatewaySweep> {
  const clock = createPatientClock();
  await using fake = open({ clock });
  const kese = await openTestKese({ store, clock, gateway: fake.gateway });
  try {
    return await sweepBench({ way, fake, store, clock, kese });
  } finally {
    // A timer of its own must not outlive the test, however that ends.
    await kese.dependencies.audit.flush();
  }
}

async function sweepBench(bench: Bench): Promise<GatewaySweep> {
  const answers = new Map<string, number>();
  const undisturbed = await crash(bench, { userNo: "undisturbed", returns: "at_once" });
  let crashPoints = 0;
  for (const one of crashesOf(undisturbed)) {
    const { answer, ...counts } = await crash(bench, one);
    assert(isReached(one.fault, counts), `${one.userNo}: the fault was not reached`);
    const name = [answer.status, answer.body.code ?? []].flat().join(" ");
    answers.set(name, (answers.get(name) ?? 0) + 1);
    crashPoints++;
  }
  await assertProved(bench);
  const { calls, requests } = undisturbed;
  return { way: bench.way.name, calls, requests, crashPoints, answers };
}

interface Counts {
  readonly calls: number;
  readonly requests: number;
}

function* crashesOf({ calls, requests }: Counts): Generator<Crash> {
  for (const returns of ["at_once", "after_sweeps"] as const) {
    for (const kind of ["fails_before", "fails_after", "dies_after"] as const) {
      for (let call = 1; call <= calls; call++) {
        yield { userNo: `${kind}-${call}-${returns}`, fault: { kind, call }, returns };
      }
    }
    for (const kind of ["lost_before", "lost_after", "lost_and_dies"] as const) {
      for (let request = 1; request <= requests; request++) {
        yield { userNo: `${kind}-${request}-${returns}`, fault: { kind, request }, returns };
      }
    }
  }
  // What was on its way arrives after the client asked again, and before the sweeps.
  for (let call = 1; call <= calls; call++) {
    const kind = "dies_and_lands_late";
    yield { userNo: `${kind}-${call}`, fault: { kind, call }, returns: "at_once" };
  }
}

function isReached(fault: Fault | undefined, { calls, requests }: Counts): boolean {
  if (fault === undefined) return true;
  return "call" in fault ? calls >= fault.call : requests >= fault.request;
}

/** Breaks a way of money off for a new user, and brings it to its end. */
async function crash(bench: Bench, one: Crash): Promise<Counts & { readonly answer: Answer }> {
  const { clock, fake, kese, way } = bench;
  const sent = await prepare(bench, one.userNo);
  if (way.wants3ds) fake.wire.playAlways("charge", "wants_3ds");
  if (way.lost) {
    fake.play(...way.lost);
    assertEquals((await ask(bench, kese, sent)).status, 202);
  }
  const { first, land, ...counts } = await breakOff(bench, sent, one.fault);
  let answer = first;
  if (one.returns === "at_once") {
    for (let time = 0; time < REPEATS_MAX && !isFinal(answer); time++) {
      answer = await askAnew(bench, sent);
      if (time === 0) await land();
    }
  }
  for (let time = 0; time < SWEEPS; time++) {
    clock.advance(HOUR_MILLISECONDS);
    await kese.sweep();
  }
  const last = await ask(bench, kese, sent);
  assert(isFinal(last), `${one.userNo}: ${last.text}`);
  if (isFinal(answer)) assertEquals([last.status, last.text], [answer.status, answer.text]);
  fake.wire.playAlways("charge", "works");
  await assertOnce(bench, one.userNo, last);
  return { ...counts, answer: last };
}

function isFinal(answer: Answer | undefined): answer is Answer {
  return answer !== undefined && FINAL.has(answer.status);
}

/** Makes a user with a card, and with a top-up if money goes back of it. */
async function prepare({ fake, kese, way }: Bench, userNo: string): Promise<Sent> {
  await createUser(kese, userNo, OPENING);
  await sendWell(kese, "POST /kart-saklama", { json: { userNo, ...toRequest(fake.card()) } });
  const topUp = { line: "POST /update_balance", json: { userNo, ...TOP_UP } };
  if (way.givesBack === undefined) return topUp;
  const { body: { topUpId } } = await sendWell(kese, topUp.line, topUp);
  return { line: "POST /karta-iade", json: { userNo, topUpId, amount: way.givesBack } };
}

/** Asks a process that knows nothing of what another one did. */
async function askAnew(bench: Bench, sent: Sent): Promise<Answer> {
  const { clock, fake, store } = bench;
  const kese = await openTestKese({ store, clock, gateway: fake.gateway });
  const answer = await ask(bench, kese, sent);
  await kese.dependencies.audit.flush();
  return answer;
}

interface BrokenOff extends Counts {
  /** Absent if the process died, and of a sweep. */
  readonly first: Answer | undefined;
  /** Makes what was on its way when the process died. */
  readonly land: () => Promise<void>;
}

/** Lets a process of its own meet with the fault while it does what is broken off. */
async function breakOff(bench: Bench, sent: Sent, fault?: Fault): Promise<BrokenOff> {
  const { clock, fake, store, way } = bench;
  const atCall = fault && "call" in fault ? fault : undefined;
  const { calls, died, kill, land, ...outside } = countCalls(
    { store, gateway: fake.gateway },
    atCall,
  );
  const kese = await openTestKese({ ...outside, clock });
  const before = fake.wire.arrived.length;
  if (fault && "request" in fault) {
    const when = fault.kind === "lost_before" ? "before" : "after";
    const reached = fault.kind === "lost_and_dies" ? kill : undefined;
    fake.wire.breakOff(fault.request, when, reached);
  }
  clock.advance(MINUTE_MILLISECONDS);
  const done = way.hears
    ? hear(bench, kese)
    : way.lost
    ? kese.sweep().catch(() => undefined)
    : ask(bench, kese, sent);
  const first = await Promise.race([done, died]);
  await kese.dependencies.audit.flush();
  const requests = fake.wire.arrived.length - before;
  return { first: first ?? undefined, calls: calls.length, requests, land };
}

/** Sends the request; if the bank wants to see the user, they come back from it, and it is sent again. */
async function ask({ clock, fake }: Bench, kese: TestKese, { line, json }: Sent): Promise<Answer> {
  clock.advance(MINUTE_MILLISECONDS);
  const answer = await send(kese, line, { json, key: "the-same-key" });
  if (answer.body.action === undefined) return answer;
  const { topUpId } = answer.body;
  const message = await fake.userReturns(topUpId, "passes");
  assert(message);
  const back = await comeBack(kese, topUpId, message);
  await back.body?.cancel();
  return await send(kese, line, { json, key: "the-same-key" });
}

/** Gets the webhook about the newest charge. */
async function hear({ fake }: Bench, { app }: TestKese): Promise<undefined> {
  const { reference = "" } = fake.everyCharge().at(-1) ?? {};
  const message = await fake.webhook(reference, "signed");
  assert(message?.headers instanceof Headers);
  const { body, headers } = message;
  const path = `/webhook/${fake.gateway.traits.name}/${FLEET}`;
  const response = await app.request(path, { method: "POST", body, headers });
  await response.body?.cancel();
}

/** The bank has charged the card at most once and given back at most once, and the balance is the rest. */
async function assertOnce({ fake, kese, store, way }: Bench, userNo: string, last: Answer) {
  const entries = await journalOf(kese, userNo);
  const idsOf = (type: string) => entries.filter((one) => one.type === type).map(({ id }) => id);
  const countOf = (type: string) => idsOf(type).length;
  const [topUpId = "", ...more] = idsOf("top_up_started");
  assertEquals(more, [], userNo);
  const charges = fake.charges(topUpId);
  const credited = countOf("top_up_credited");
  assertEquals([charges.length, countOf("top_up_failed")], [credited, 1 - credited], userNo);
  const [charge] = charges;
  const givenBack = countOf("card_refund_completed");
  const asked = way.givesBack === undefined ? 0 : 1;
  assertEquals(countOf("card_refund_started"), asked, userNo);
  assertEquals(countOf("card_refund_failed"), asked - givenBack, userNo);
  const gone = givenBack === 1 ? way.givesBack ?? "0.00" : "0.00";
  assertEquals(formatAmount(charge?.givenBackKurus ?? kurus(0)), gone, userNo);
  const isDone = (asked === 1 ? givenBack : credited) === 1;
  assertEquals(last.status, isDone ? 201 : asked === 1 ? 409 : 402, last.text);
  const left = charge === undefined ? 0 : charge.amountKurus - charge.givenBackKurus;
  assertEquals(await assertAddsUp(kese, userNo), formatAmount(kurus(100_00 + left)), userNo);
  const account = (await store.accounts.load({ filo: FLEET, userNo }))?.account;
  assertEquals([account?.openTopUps, account?.openCardRefunds], [[], []], userNo);
}

/** Every journal is proved against the gateway, and no card was charged that no journal knows of. */
async function assertProved({ fake, kese }: Bench): Promise<void> {
  const { faults, unanswered } = await reconcile(kese, { keepsDays: false });
  assertEquals([faults, unanswered], [[], 0]);
  const owners = await Promise.all(
    fake.everyCharge().map(({ reference }) => kese.store.journal.ownerOf(reference)),
  );
  assert(owners.every((owner) => owner?.filo === FLEET));
}

/** One line a way of money. */
export function gatewaySweepTable(title: string, sweeps: readonly GatewaySweep[]): string {
  const rows = sweeps.map(({ way, calls, requests, crashPoints, answers }) =>
    [
      way.padEnd(42),
      `${calls} calls`.padStart(9),
      `${requests} requests`.padStart(12),
      `${crashPoints} crash points`.padStart(18),
      `   ended ${[...answers].map(([name, count]) => `${name}: ${count}`).join(", ")}`,
    ].join("")
  );
  return [title, ...rows].join("\n");
}
