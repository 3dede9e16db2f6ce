import { RECENT_KEYS_PER_ACCOUNT, RECENT_KEYS_SLACK } from "../../../domain/limits.ts";
import { DRAIN_EVERY } from "../../../infra/mongo/account_store.ts";
import type { History } from "./history.ts";
import type { World } from "./world.ts";

const WINDOW = RECENT_KEYS_PER_ACCOUNT + RECENT_KEYS_SLACK;

/** Counts what happened in the runs of a test, because a proof in which nothing happened proves nothing. */
export interface Tally {
  readonly counts: ReadonlyMap<string, number>;
  add(world: World, histories: readonly History[]): void;
  text(): string;
}

export function createTally(): Tally {
  const counts = new Map<string, number>();
  const count = (name: string, by = 1): void => void counts.set(name, (counts.get(name) ?? 0) + by);
  return {
    counts,
    add: ({ attempts, faults, sightings, ground }, histories) => {
      count("requests", attempts.length);
      const drained = histories.filter(({ entries }) => entries.length > DRAIN_EVERY);
      count("long journals", drained.length);
      const keyed = histories.map(({ entriesByKey }) => entriesByKey.size);
      count("keys past the window", keyed.filter((keys) => keys > WINDOW).length);
      for (const { type } of histories.flatMap(({ entries }) => entries)) count(`entry ${type}`);
      count("entries", histories.reduce((sum, { entries }) => sum + entries.length, 0));
      for (const { asked, answer: { status, body, headers } } of attempts) {
        if (asked.kind === "return_from_bank") {
          const told = new URL(headers.get("location") ?? "about:blank").searchParams.get("status");
          count(`came back ${told ?? status}`);
          continue;
        }
        if (headers.has("idempotent-replayed")) count("replayed");
        else if (status >= 300) {
          count([body.code, body.policy ?? body.holdStatus ?? []].flat().join(" "));
        } else count(`answered ${status}`);
        if (asked.kind === "change_profile" && status === 200) count("profile changed");
        if (asked.kind === "change_auth_code" && status === 200) count("authCode changed");
      }
      for (const [kind, times] of faults.counts) count(`fault ${kind}`, times);
      count("lost races", sightings.lostRaces());
      if (ground.redis === undefined) return;
      const { answered, refused } = ground.redis.counts();
      counts.set("answered by Redis", answered).set("refused by Redis", refused);
    },
    text: () => [...counts].map(([name, times]) => `${name} ${times}`).join(", "),
  };
}
