import { HOUR_MILLISECONDS } from "../../../domain/limits.ts";
import type { SandboxCharge } from "../../../infra/gateways/sandbox.ts";
import type { Store } from "../../../infra/store.ts";
import { createTestClock, NOW } from "../clock.ts";
import { type Answer, openTestKese, send, type TestKese } from "../kese.ts";
import { createNotedSandbox } from "../scripted_gateway.ts";
import { type Asked, type Attempt, toWire } from "./attempt.ts";
import { createFaults, type Faults } from "./faults.ts";
import type { Plan } from "./plan.ts";
import {
  createSightings,
  type Moment,
  type SeenClock,
  type Sightings,
  watchClock,
} from "./sightings.ts";
import type { StoppableRedis } from "./stoppable_redis.ts";

/** One process of Kese, with a clock of its own. */
export interface Instance {
  readonly kese: TestKese;
  readonly time: SeenClock;
}

/** The stores that the runs of a test share. */
export interface Ground {
  /** One connection for each instance, all to the same store. */
  readonly stores: readonly Store[];
  readonly redis?: StoppableRedis;
}

/** The instances of one run, and all that was asked of them. */
export interface World {
  readonly ground: Ground;
  readonly instances: readonly Instance[];
  /** Moves all clocks, however far they are apart. */
  letTimePass(milliseconds: number): void;
  readonly faults: Faults;
  readonly sightings: Sightings;
  /** The latest time that any clock has shown by a moment. */
  latest(until: Moment): number;
  readonly attempts: Attempt[];
  /** What the gateway was asked to charge, by reference. */
  readonly charges: ReadonlyMap<string, SandboxCharge>;
  /** Every user number of this run begins with it. */
  readonly prefix: string;
}

/** Who is asked what. */
export interface Inquiry {
  readonly userNo: string;
  readonly asked: Asked;
  readonly instance: number;
  readonly key?: string;
  readonly language?: "tr" | "en";
}

let worlds = 0;

/** Opens the instances of a run on users that no other run has. */
export async function openWorld(ground: Ground, plan: Plan): Promise<World> {
  const instances: Instance[] = [];
  const letTimePass = (milliseconds: number) => {
    for (const { time } of instances) time.move(milliseconds);
  };
  const world = ++worlds;
  // Each an hour later: cards that were declined in one world are not counted in the next.
  const start = NOW + world * HOUR_MILLISECONDS;
  const faults = createFaults(plan.faults, { letTimePass });
  const sightings = createSightings();
  const charges = new Map<string, SandboxCharge>();
  const open = async (store: Store, place: number): Promise<Instance> => {
    const clock = createTestClock(start + place * plan.skewMilliseconds);
    const gateway = createNotedSandbox(store, { charges, clock });
    const { redis } = ground;
    const kese = await openTestKese({
      clock,
      // The connection outlives the instance.
      store: { ...faults.unreliableStore(store, sightings), close: () => Promise.resolve() },
      gateway: faults.unreliableGateway(gateway),
      ...(redis && { environment: { redis: { url: redis.url, token: redis.token } } }),
    });
    return { kese, time: watchClock(clock, sightings) };
  };
  instances.push(...await Promise.all(ground.stores.map(open)));
  const prefix = `w${world}`;
  const latest = (until: Moment) =>
    Math.max(...instances.flatMap(({ time }) => time.between(0, until)));
  const seen = { faults, sightings, latest, charges };
  return { ground, instances, letTimePass, ...seen, prefix, attempts: [] };
}

export async function closeWorld({ instances }: World): Promise<void> {
  for (const { kese } of instances) await kese.close();
}

/** Sends a request and keeps it with its answer. */
export async function ask(world: World, inquiry: Inquiry): Promise<Attempt> {
  const { instances, sightings, prefix, attempts } = world;
  const { userNo, asked, instance: place, key, language = "tr" } = inquiry;
  const { kese, time } = instanceAt(instances, place);
  const { line, json, form } = toWire(asked, userNo);
  const requestId = `${prefix}-${sightings.now()}`;
  const sent = sightings.now();
  const headers = { "x-request-id": requestId, "accept-language": language };
  const answer = form === undefined
    ? await send(kese, line, { json, key, headers })
    : await comeBack(kese, line, form);
  const answered = sightings.now();
  const attempt = {
    requestId,
    userNo,
    instance: place,
    asked,
    ...(key && { key }),
    sent,
    answered,
    times: time.between(sent, answered),
    answer,
  };
  attempts.push(attempt);
  return attempt;
}

/** Posts a form as a browser does: without credentials, and to be shown a page. */
async function comeBack(kese: TestKese, line: string, form: string): Promise<Answer> {
  const [method = "", path = ""] = line.split(" ");
  const headers = { "content-type": "application/x-www-form-urlencoded" };
  const response = await kese.app.request(path, { method, headers, body: form });
  const { status, headers: answered } = response;
  return { status, headers: answered, text: await response.text(), body: null };
}

export function instanceAt(instances: readonly Instance[], place: number): Instance {
  const instance = instances[place % instances.length];
  if (instance === undefined) throw new Error("Cannot ask: there is no instance");
  return instance;
}
