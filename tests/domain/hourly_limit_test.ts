import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { checkHourlyLimit, rememberEvent } from "../../domain/hourly_limit.ts";
import { HOUR, MINUTE, NOW } from "../support/clock.ts";

const POLICY = { policy: "card_declines", limit: 3, now: NOW };

/** How long to wait, or undefined where the next event may come. */
const WAITS: readonly (readonly [string, readonly number[], number | undefined])[] = [
  ["no event", [], undefined],
  ["one below the limit", [NOW - 2, NOW - 1], undefined],
  ["the limit reached just now", [NOW, NOW, NOW], 3_600],
  ["the first event a minute ago", [NOW - MINUTE, NOW - 1, NOW], 59 * 60],
  ["a part of a second left", [NOW - HOUR + 1, NOW - 1, NOW], 1],
  ["a second and a part left", [NOW - HOUR + 1_001, NOW - 1, NOW], 2],
  ["the first event an hour old exactly", [NOW - HOUR, NOW - 1, NOW], undefined],
  ["the first event older than an hour", [NOW - HOUR - 1, NOW - 1, NOW], undefined],
  ["more events than the limit", [NOW - 4, NOW - 3, NOW - HOUR / 2, NOW - 2, NOW - 1], 1_800],
  ["all events long ago", [1, 2, 3, 4, 5], undefined],
  // Another machine's clock runs ahead.
  ["events a little in the future", [NOW + 500, NOW + 500, NOW + 500], 3_601],
];

for (const [name, events, retryAfterSeconds] of WAITS) {
  const end = retryAfterSeconds === undefined ? "lets go on" : `waits ${retryAfterSeconds} s`;
  Deno.test(`checkHourlyLimit() ${end} with ${name}`, () => {
    assertEquals(
      checkHourlyLimit(events, POLICY),
      retryAfterSeconds === undefined ? undefined : {
        code: "rate_limited",
        policy: "card_declines",
        limit: 3,
        windowSeconds: 3_600,
        retryAfterSeconds,
      },
    );
  });
}

Deno.test("rememberEvent() appends the event and forgets those that are an hour old", () => {
  assertEquals(rememberEvent([NOW - HOUR - 1, NOW - HOUR, NOW - HOUR + 1], POLICY), [
    NOW - HOUR + 1,
    NOW,
  ]);
});

Deno.test("rememberEvent() keeps the newest up to the limit", () => {
  assertEquals(rememberEvent([NOW - 4, NOW - 3, NOW - 2], POLICY), [NOW - 3, NOW - 2, NOW]);
});

Deno.test("checkHourlyLimit() with rememberEvent() lets no hour hold more than the limit", () => {
  const pauses = fc.array(fc.integer({ min: 0, max: 40 * MINUTE }), { maxLength: 40 });
  fc.assert(
    fc.property(pauses, fc.integer({ min: 1, max: 5 }), (steps, limit) => {
      let now = NOW;
      let events: readonly number[] = [];
      const taken: number[] = [];
      for (const step of steps) {
        now += step;
        const refusal = checkHourlyLimit(events, { policy: "saves", limit, now });
        const recent = taken.filter((at) => at > now - HOUR).length;
        assertEquals(refusal !== undefined, recent >= limit);
        if (refusal) {
          const later = now + refusal.retryAfterSeconds * 1_000;
          assertEquals(checkHourlyLimit(events, { policy: "saves", limit, now: later }), undefined);
          continue;
        }
        events = rememberEvent(events, { limit, now });
        taken.push(now);
      }
    }),
    { seed: 20260101, numRuns: 300 },
  );
});
