import { assert, assertEquals } from "@std/assert";
import { HOUR_MILLISECONDS, MINUTE_MILLISECONDS } from "../../domain/limits.ts";
import { providerRefOf, type SandboxCharge } from "../../infra/gateways/sandbox.ts";
import type { Store } from "../../infra/store.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { assertAddsUp, journalOf, sendWell } from "./answers.ts";
import { createPatientClock, type TestClock } from "./clock.ts";
import { countCalls, CRASH_KINDS, type CrashFault, type Outside } from "./crash_calls.ts";
import type { Ending, Operation, Sent } from "./crash_sweep_operations.ts";
import { type Answer, createUser, FLEET, openTestKese, send, type TestKese } from "./kese.ts";
import { assertNothingLeft } from "./leftovers.ts";
import { createNotedSandbox } from "./scripted_gateway.ts";

/** The result of sweeping one operation. */
export interface Sweep {
  readonly operation: string;
  /** The calls of the undisturbed request. */
  readonly calls: readonly string[];
  /** Requests that were broken off, each at a different call or in a different way. */
  readonly crashPoints: number;
  /** Those of them that took effect exactly once. */
  readonly effects: number;
  /** How often the broken request was answered in which way. */
  readonly firstAnswers: ReadonlyMap<string, number>;
}

/** How often a request may have to be repeated until its outcome is known. */
const REPEATS_MAX = 3;
/** All users have the same card, and what dies may leave it counted as one that is being charged. */
const BETWEEN_REQUESTS_MILLISECONDS = HOUR_MILLISECONDS;
/** Past the time after which a sweep takes up top-ups, and reconcile forgotten card numbers. */
const LONG_AFTER_MILLISECONDS = 2 * HOUR_MILLISECONDS;
/** The user whose request nothing breaks off. */
const UNDISTURBED = "undisturbed";

/** One store, the card gateway, and a process that runs on both. */
interface Bench {
  readonly operation: Operation;
  readonly outside: Outside;
  readonly clock: TestClock;
  readonly kese: TestKese;
  /** What the gateway was asked to charge, by reference. */
  readonly charges: ReadonlyMap<string, SandboxCharge>;
}

/** A user whose request is broken off, and how. */
interface Crash {
  readonly userNo: string;
  readonly sent: Sent;
  /** The first befalls the request, the next ones its repetitions. */
  readonly faults: readonly CrashFault[];
  /** Whether the client asks again before or after the sweeps. */
  readonly returns: "before_sweep" | "after_sweep";
}

/** A crash that has happened, and what its requests were answered. */
interface Broken extends Crash {
  readonly first: Answer | undefined;
  /** Makes what was on its way when the process died. */
  readonly land: () => Promise<void>;
  /** False when the request was over before the last of the faults. */
  readonly reached: boolean;
}

/** A crash, and the outcome that its client was told in the end. */
interface Known extends Broken {
  readonly answer: Answer;
}

/**
 * Breaks one request off at every call that it makes, in every way, and once more while it is being
 * repeated; and proves that it takes effect exactly once.
 *
 * @param options.everyFirst Of so many requests that died early, one has its repetition die as well.
 */
export async function sweepCrashes(
  operation: Operation,
  store: Store,
  options: { readonly everyFirst: number },
): Promise<Sweep> {
  const bench = await openBench(operation, store);
  const calls = await callsOf(bench);
  assert(calls.length > 0, `${operation.name} calls nothing`);
  const broken: Broken[] = [];
  const early: Known[] = [];
  const late: Broken[] = [];
  const note = async (one: Broken): Promise<void> => {
    broken.push(one);
    // No bank waits for a user until all others have been broken off.
    if (operation.onBankPage && one.returns === "before_sweep") {
      early.push(await comeBack(bench, one));
    }
  };
  for (const crash of crashesOf(calls.length)) await note(await breakOff(bench, crash));
  for (const { userNo, reached } of broken) assert(reached, `${userNo}: the fault was not reached`);
  for await (const one of breakOffTwice(bench, calls.length, options)) await note(one);
  for (const one of broken) {
    if (one.returns === "after_sweep") late.push(one);
    else if (!operation.onBankPage) early.push(await comeBack(bench, one));
  }
  await reconcileLater(bench, broken);
  const known = [...early];
  for (const one of late) known.push(await comeBack(bench, one));
  await reconcileLater(bench, broken);
  for (const one of known) await assertReplays(bench, one);
  await assertOnce(bench, known);
  await bench.kese.dependencies.audit.flush();
  return {
    operation: operation.name,
    calls,
    crashPoints: broken.length,
    effects: known.length,
    firstAnswers: countAnswers(broken),
  };
}

async function openBench(operation: Operation, store: Store): Promise<Bench> {
  const charges = new Map<string, SandboxCharge>();
  // A process that has died waits for nothing: none of its timers may outlive it.
  const clock = createPatientClock();
  const outside = { store, gateway: createNotedSandbox(store, { charges, clock }) };
  return { operation, outside, clock, charges, kese: await openTestKese({ ...outside, clock }) };
}

/** The calls of the request when nothing befalls it. */
async function callsOf(bench: Bench): Promise<readonly string[]> {
  const sent = await bench.operation.prepare(bench.kese, UNDISTURBED);
  const { answer, calls } = await request(bench, { sent });
  // The request leaves nothing behind, unless the gateway left its outcome open.
  if (answer?.status === bench.operation.status) {
    await assertNothingLeft(bench.outside.store, bench.clock.now(), [UNDISTURBED]);
  }
  return calls;
}

function* crashesOf(calls: number): Generator<Omit<Crash, "sent">> {
  for (const kind of CRASH_KINDS) {
    for (const returns of ["before_sweep", "after_sweep"] as const) {
      // Nothing is still on its way after an hour.
      if (kind === "dies_and_lands_late" && returns === "after_sweep") continue;
      for (let call = 1; call <= calls; call++) {
        yield { userNo: `${kind}-${call}-${returns}`, faults: [{ kind, call }], returns };
      }
    }
  }
}

/**
 * Lets the process die during the request, and the next one during its repetition, call by call. To
 * die after a call leaves the same as to die before the next one; so only the last call, which has no
 * next one, is also tried that way.
 */
async function* breakOffTwice(
  bench: Bench,
  calls: number,
  { everyFirst }: { readonly everyFirst: number },
): AsyncGenerator<Broken> {
  const firsts: CrashFault[] = [{ kind: "dies_after", call: calls }];
  // Three requests make many calls: a few of them stand for their neighbours.
  const step = bench.operation.onBankPage === undefined ? everyFirst : 9;
  for (let call = 1; call <= calls; call += step) firsts.push({ kind: "dies_before", call });
  for (const first of firsts) {
    // A repetition that is over before its fault has no more calls to try.
    for (let again = 1, reached = true; reached; again++) {
      const faults = [first, { kind: "dies_before", call: again } as const];
      const userNo = `${first.kind}-${first.call}-again-${again}`;
      const one = await breakOff(bench, { userNo, faults, returns: "before_sweep" });
      ({ reached } = one);
      yield one;
    }
  }
}

/** Sends the request of a new user through processes that meet with the faults, one after the other. */
async function breakOff(bench: Bench, crash: Omit<Crash, "sent">): Promise<Broken> {
  // Its requests follow each other at once.
  if (bench.operation.onBankPage) bench.clock.advance(BETWEEN_REQUESTS_MILLISECONDS);
  const sent = await bench.operation.prepare(bench.kese, crash.userNo);
  const before = await bench.outside.store.accounts.load(idOf(crash.userNo));
  const [fault, ...more] = crash.faults;
  const { answer: first, reached, land } = await request(bench, { sent, fault });
  const broken = { ...crash, sent, first, land, reached };
  // With a way through the bank's page it is the last of three requests that promises this.
  if (first?.body.code === "busy" && bench.operation.onBankPage === undefined) {
    const after = await bench.outside.store.accounts.load(idOf(crash.userNo));
    assertEquals(after, before, `${crash.userNo}: busy, and yet something happened`);
  }
  for (const next of more) {
    const { reached } = await request(bench, { sent, fault: next });
    if (!reached) return { ...broken, reached };
  }
  return broken;
}

interface Attempt {
  readonly answer: Answer | undefined;
  readonly calls: readonly string[];
  readonly reached: boolean;
  readonly land: () => Promise<void>;
}

/** Sends a request to a process of its own; there is no answer when that dies. */
async function request(
  bench: Bench,
  { sent, fault }: { readonly sent: Sent; readonly fault?: CrashFault | undefined },
): Promise<Attempt> {
  const { clock, outside } = bench;
  const { calls, died, land, ...counted } = countCalls(outside, fault);
  const kese = await openTestKese({ ...counted, clock });
  letTimePass(bench);
  const { onBankPage } = bench.operation;
  const answer = await Promise.race([
    sendKeyed(kese, sent, onBankPage),
    died.then(() => undefined),
  ]);
  await kese.dependencies.audit.flush();
  return { answer, calls, reached: fault === undefined || calls.length >= fault.call, land };
}

function letTimePass({ clock, operation }: Bench): void {
  const isHurried = operation.isHurried || operation.onBankPage !== undefined;
  clock.advance(isHurried ? MINUTE_MILLISECONDS : BETWEEN_REQUESTS_MILLISECONDS);
}

async function sendKeyed(
  kese: TestKese,
  { line, json }: Sent,
  onBankPage?: Operation["onBankPage"],
): Promise<Answer> {
  const ask = () => send(kese, line, { json, key: "the-same-key" });
  const answer = await ask();
  if (onBankPage === undefined || answer.body.action === undefined) return answer;
  await comeBackFromBank(kese, answer.body.topUpId, onBankPage);
  return await ask();
}

/** Posts what the user's browser posts when a button of the bank's page was pressed. */
async function comeBackFromBank(
  kese: TestKese,
  reference: string,
  result: "approve" | "refuse",
): Promise<void> {
  const response = await kese.app.request(`/update_balance/${reference}/donus`, {
    method: "POST",
    body: new URLSearchParams({ reference, providerRef: providerRefOf(reference), result }),
  });
  await response.body?.cancel();
}

/** The client asks again after a restart until it knows; meanwhile what was on its way arrives. */
async function comeBack(bench: Bench, broken: Broken): Promise<Known> {
  const { userNo, first, sent, land } = broken;
  const statuses = endingsOf(bench.operation, broken).map(({ status }) => status);
  const isKnown = (status: number | undefined) => statuses.some((one) => one === status);
  const attempts = [await request(bench, { sent })];
  await land();
  while (!isKnown(attempts.at(-1)?.answer?.status) && attempts.length < REPEATS_MAX) {
    attempts.push(await request(bench, { sent }));
  }
  const answer = attempts.at(-1)?.answer;
  assert(answer !== undefined && isKnown(answer.status), `${userNo}: ${answer?.text}`);
  if (first !== undefined && first.status < 500 && first.status !== 202) {
    assertEquals([first.status, first.text], [answer.status, answer.text], userNo);
  }
  return { ...broken, answer };
}

/** Time passes; then nothing is left open, nothing left over, and everything adds up. */
async function reconcileLater(bench: Bench, broken: readonly Broken[]): Promise<void> {
  const { clock, kese } = bench;
  clock.advance(LONG_AFTER_MILLISECONDS);
  await kese.sweep();
  const { faults, topUps, cardRefunds } = await reconcile(kese);
  assertEquals([faults, topUps.pending, cardRefunds.pending], [[], 0, 0]);
  const userNos = [UNDISTURBED, ...broken.map(({ userNo }) => userNo)];
  await assertNothingLeft(bench.outside.store, clock.now(), userNos);
}

async function assertReplays(bench: Bench, { answer, sent, userNo }: Known) {
  letTimePass(bench);
  const again = await sendKeyed(bench.kese, sent);
  assertEquals([again.status, again.text], [answer.status, answer.text], userNo);
  assertEquals(again.headers.get("idempotent-replayed"), "true", userNo);
  for (const { line, json, key } of bench.operation.keysBefore?.(userNo) ?? []) {
    const old = await send(bench.kese, line, { json, key });
    assertEquals([old.status, old.headers.get("idempotent-replayed")], [201, "true"], userNo);
  }
}

/** Every user has the entries and the balance of one request, and no other charge or refund of it. */
async function assertOnce(bench: Bench, known: readonly Known[]): Promise<void> {
  const { charges, kese, operation, outside: { store } } = bench;
  // The request that nothing befell has charged as well.
  const started = (await journalOf(kese, UNDISTURBED)).filter(isStart).map(({ id }) => id);
  for (const one of known) {
    const { userNo, answer } = one;
    const entries = await journalOf(kese, userNo);
    const types = entries.map(({ type }) => type);
    const endings = endingsOf(operation, one).filter(({ status }) => status === answer.status);
    const ending = endings.find((one) => one.entries.join() === types.join()) ?? endings[0];
    assertEquals(types, ending?.entries, userNo);
    assertEquals(await assertAddsUp(kese, userNo), ending?.balance, userNo);
    const { body: { held } } = await send(kese, `GET /bakiye?userNo=${userNo}`);
    assertEquals(held, operation.held ?? "0.00", userNo);
    const completed = entries.filter(({ type }) => type === "card_refund_completed");
    const isCredited = entries.some(({ type }) => type === "top_up_credited");
    for (const { id } of entries.filter(isStart)) {
      started.push(id);
      const charge = await store.sandboxCharges.find(id);
      assertEquals(charge?.declined === null && !charge.waits, isCredited, userNo);
      const { amountKurus, last4, refunds = [] } = charge ?? {};
      const noted = charges.get(id);
      assertEquals([amountKurus, last4], [noted?.amountKurus, noted?.last4], userNo);
      // The card got what was given back once, and nothing that was put back on the balance.
      const given = refunds.map(({ refundReference }) => refundReference);
      assertEquals(given, completed.map(({ cardRefundId }) => cardRefundId ?? ""), userNo);
    }
  }
  assertEquals([...charges.keys()].toSorted(), started.toSorted());
}

/** What a request may have come to; its client may have been away for long. */
function endingsOf(operation: Operation, { returns }: Crash): readonly Ending[] {
  const { endingsWhenAway = [] } = operation;
  return returns === "after_sweep" ? [operation, ...endingsWhenAway] : [operation];
}

function isStart({ type }: { readonly type: string }): boolean {
  return type === "top_up_started";
}

function idOf(userNo: string) {
  return { filo: FLEET, userNo };
}

function countAnswers(broken: readonly Broken[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { first } of broken) {
    const name = first === undefined
      ? "none"
      : [first.status, first.body.code ?? []].flat().join(" ");
    counts.set(name, (counts.get(name) ?? 0) + 1);
  }
  return counts;
}

/** Breaks off, at every call and in every way, a sweep that notes an expired hold; gives how often. */
export async function sweepExpiryCrashes(store: Store): Promise<number> {
  const clock = createPatientClock();
  const outside = {
    store,
    gateway: createNotedSandbox(store, { charges: new Map<string, SandboxCharge>(), clock }),
  };
  const kese = await openTestKese({ ...outside, clock });
  /** Gives the calls of a sweep that finds one hold. */
  const expireOne = async (userNo: string, fault?: CrashFault): Promise<readonly string[]> => {
    const hold = { userNo, amount: "50.00", expiresInMinutes: 1 };
    await createUser(kese, userNo);
    await sendWell(kese, "POST /provizyon", { json: hold });
    clock.advance(MINUTE_MILLISECONDS);
    const { calls, died, land, ...counted } = countCalls(outside, fault);
    const sweeping = await openTestKese({ ...counted, clock });
    await Promise.race([sweeping.sweep().catch(() => {}), died]);
    // What was on its way comes after another process has swept.
    await kese.sweep();
    await land();
    await kese.sweep();
    const entries = await journalOf(kese, userNo);
    const types = entries.map(({ type }) => type);
    assertEquals(types, ["account_opened", "hold_placed", "hold_expired"], userNo);
    const { body: { available, holds } } = await send(kese, `GET /bakiye?userNo=${userNo}`);
    assertEquals([available, holds], ["100.00", []], userNo);
    return calls;
  };
  const { length } = await expireOne(UNDISTURBED);
  let crashes = 0;
  for (const kind of CRASH_KINDS) {
    for (let call = 1; call <= length; call++, crashes++) {
      const calls = await expireOne(`${kind}-${call}`, { kind, call });
      assert(calls.length >= call, `${kind} at ${call}: the fault was not reached`);
    }
  }
  assertEquals((await reconcile(kese)).faults, []);
  await kese.dependencies.audit.flush();
  return crashes;
}

/** One line an operation. */
export function sweepTable(title: string, sweeps: readonly Sweep[]): string {
  const rows = sweeps.map(({ operation, calls, crashPoints, effects, firstAnswers }) =>
    [
      operation.padEnd(26),
      `${calls.length} calls`.padStart(9),
      `${crashPoints} crash points`.padStart(18),
      `${effects} once`.padStart(9),
      `   answered ${[...firstAnswers].map(([name, count]) => `${name}: ${count}`).join(", ")}`,
    ].join("")
  );
  return [title, ...rows].join("\n");
}
