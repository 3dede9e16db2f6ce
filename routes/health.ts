import { z } from "zod";
import type { Instant } from "../domain/account.ts";
import type { Pingable } from "../domain/ports/health.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { definePublicEndpoint, type Endpoint } from "./http/endpoint.ts";
import { problem } from "./contract/problems.ts";
import { VERSION } from "./contract/version.ts";

/** How long a health probe waits for a store. */
export const HEALTH_DEADLINE_MILLISECONDS = 2_000;
/** How long the result of one probe is given to everybody who asks, because a probe writes. */
const HEALTH_SHARED_MILLISECONDS = 1_000;

const healthAnswer = z.object({ status: z.literal("ok") }).meta({ id: "Health" });
const liveAnswer = healthAnswer.extend({ version: z.string() }).meta({ id: "Liveness" });
const HEALTHY = { status: 200, body: { status: "ok" } } as const;
const LIVE = { status: 200, body: { status: "ok", version: VERSION } } as const;

export function createHealthRoutes({ clock, log, stores }: Dependencies): readonly Endpoint[] {
  const probes = stores.map((store) => shareProbe(() => answersInTime(store)));

  return [
    definePublicEndpoint({
      method: "get",
      path: "/health/live",
      operation: "health_live",
      tag: "health",
      summary: "Says that the process is alive, and its version; asks no store",
      parameters: z.object({}),
      answers: { 200: liveAnswer },
      problems: [],
      audited: false,
      alwaysServed: true,
    }, () => Promise.resolve(LIVE)),

    definePublicEndpoint({
      method: "get",
      path: "/health/ready",
      operation: "health_ready",
      tag: "health",
      summary: "Says whether every store can be written and read in time",
      parameters: z.object({}),
      answers: { 200: healthAnswer },
      problems: ["not_ready"],
      audited: false,
    }, async () => {
      const answered = await Promise.all(probes.map((probe) => probe()));
      const silent = stores.filter((_store, place) => !answered[place]).map(({ name }) => name);
      if (silent.length > 0) return problem("not_ready", { stores: silent.join(", ") });
      return HEALTHY;
    }),
  ];

  /** Probes once for all who ask at the same time, because strangers may ask, and a probe writes. */
  function shareProbe(probe: () => Promise<boolean>): () => Promise<boolean> {
    let last: { readonly at: Instant; readonly answer: Promise<boolean> } | undefined;
    return () => {
      const now = clock.now();
      const passed = last ? now - last.at : Infinity;
      if (last && passed >= 0 && passed < HEALTH_SHARED_MILLISECONDS) return last.answer;
      last = { at: now, answer: probe() };
      return last.answer;
    };
  }

  async function answersInTime(store: Pingable): Promise<boolean> {
    try {
      const pinged = store.ping().then(() => true);
      return await clock.within(pinged, HEALTH_DEADLINE_MILLISECONDS) ?? false;
    } catch (error) {
      log.warn("store_does_not_answer", { store: store.name, error });
      return false;
    }
  }
}
