import { assert } from "@std/assert";
import { COMMAND_DEADLINE_MILLISECONDS, HOUR_MILLISECONDS } from "../../../domain/limits.ts";
import { expireHolds } from "../../../domain/workflows/holds.ts";
import { type Attempt, isCommand, isUnclear } from "./attempt.ts";
import { type Known, knowNothing, learn, resolve, underKey } from "./known.ts";
import type { Happening, Plan, Request } from "./plan.ts";
import { ask, instanceAt, type World } from "./world.ts";

/** How often an unclear request is repeated once nothing fails any more. */
const REPEATS_MAX = 3;
/** No bank waits so long for a user, whether somebody sent them there or not. */
const NO_BANK_WAITS_MILLISECONDS = 2 * HOUR_MILLISECONDS;
/** A run takes a fraction of this, unless something is stuck. */
const PATIENCE_MILLISECONDS = 3_000;

/** Lets all clients work at once, then settles what they could not know. */
export async function liveOut(world: World, plan: Plan): Promise<void> {
  // The clocks stand still unless the plan moves them, so no deadline would ever pass.
  const giveUp = () => world.letTimePass(COMMAND_DEADLINE_MILLISECONDS);
  const givingUp = setInterval(giveUp, PATIENCE_MILLISECONDS);
  try {
    await work(world, plan);
    await world.faults.stop();
    world.ground.redis?.resume();
    await clearUp(world);
  } finally {
    clearInterval(givingUp);
  }
}

async function work(world: World, { openings, rush, clients }: Plan): Promise<void> {
  const known = new Map<string, Known>();
  for (const opening of openings) await request(world, known, opening);
  await Promise.all(rush.map((payment) => request(world, known, payment)));
  await Promise.all(clients.map(async (steps) => {
    for (const step of steps) {
      if ("request" in step) await request(world, known, step.request);
      else await happen(world, step.happening);
    }
  }));
}

async function request(
  world: World,
  known: Map<string, Known>,
  { action, user, instance, key: keyNumber, repeats, language }: Request,
): Promise<void> {
  const userNo = `${world.prefix}-${user}`;
  const mine = known.get(userNo) ?? knowNothing();
  known.set(userNo, mine);
  const wanted = resolve(action, mine);
  const key = keyNumber === null ? undefined : `k${keyNumber}`;
  const asked = key === undefined ? wanted : underKey(wanted, key, { mine, repeats });
  learn(mine, await ask(world, { userNo, asked, instance, language, ...(key && { key }) }));
}

async function happen(
  { instances, letTimePass, ground: { redis } }: World,
  happening: Happening,
): Promise<void> {
  switch (happening.kind) {
    case "time_passes":
      return letTimePass(happening.milliseconds);
    case "clock_jumps_back":
      return instanceAt(instances, happening.instance).time.move(-happening.milliseconds);
    case "redis_stops":
      return redis?.stop();
    case "redis_returns":
      return redis?.resume();
    case "sweep":
      await sweep(instanceAt(instances, 0));
  }
}

async function sweep({ kese }: World["instances"][number]): Promise<void> {
  // If it fails, the next sweep asks again.
  await kese.dependencies.settlement.sweep().catch(() => {});
  await kese.dependencies.cardRefunds.sweep().catch(() => {});
  await expireHolds({ ...kese.dependencies, store: kese.store.accounts }).catch(() => {});
}

/**
 * Settles all top-ups, asks every key once more, and repeats what is unclear until it is answered; so
 * with erasing, which is done only when it is answered.
 */
async function clearUp(world: World): Promise<void> {
  await settleAll(world);
  const keyed = new Map<string, Attempt>();
  for (const attempt of world.attempts.filter(isCommand)) {
    const { userNo, asked, key } = attempt;
    if (key || asked.kind === "erase") {
      keyed.set(`${userNo} ${key} ${JSON.stringify(asked)}`, attempt);
    }
  }
  const last = await Promise.all([...keyed.values()].map((one) => askUntilClear(world, one)));
  for (const attempt of last) {
    assert(!isUnclear(attempt), `still unclear when nothing fails: ${attempt.answer.text}`);
  }
  // What was refused before may have begun now.
  await settleAll(world);
}

/** Asks another instance than before, a bounded number of times. */
async function askUntilClear(
  world: World,
  { userNo, asked, key, instance }: Attempt,
): Promise<Attempt> {
  const inquiry = { userNo, asked, instance: instance + 1, ...(key && { key }) };
  let repeats = 0;
  let last = await ask(world, inquiry);
  while (isUnclear(last) && ++repeats < REPEATS_MAX) last = await ask(world, inquiry);
  return last;
}

/** A charge whose answer is lost is known only at the second sweep; each clock has its own expired holds. */
async function settleAll({ instances, letTimePass }: World): Promise<void> {
  letTimePass(NO_BANK_WAITS_MILLISECONDS);
  for (const { kese: { dependencies, store } } of [...instances, ...instances]) {
    await dependencies.settlement.sweep();
    await dependencies.cardRefunds.sweep();
    await expireHolds({ ...dependencies, store: store.accounts });
  }
}
