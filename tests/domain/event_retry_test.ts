import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { nextAttempt, restMilliseconds } from "../../domain/event_retry.ts";
import { DAY, MINUTE, NOW } from "../support/clock.ts";

Deno.test("nextAttempt() doubles from five seconds to half an hour, and ends after three days", () => {
  const pauses: number[] = [];
  let now = NOW;
  for (let attempts = 1;; attempts++) {
    const next = nextAttempt({ attempts, firstAt: NOW, now, chance: 0.5 });
    if (next === undefined) break;
    pauses.push((next - now) / 1_000);
    now = next;
  }
  assertEquals(pauses.slice(0, 10), [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 1_800]);
  assertEquals(now, NOW + 3 * DAY);
});

Deno.test("nextAttempt() is moved by chance, never beyond the last attempt nor into the past", () =>
  fc.assert(fc.property(
    fc.nat(1_000).map((attempts) => attempts + 1),
    fc.nat(4 * DAY),
    fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
    (attempts, passed, chance) => {
      const now = NOW + passed;
      const next = nextAttempt({ attempts, firstAt: NOW, now, chance });
      assertEquals(next === undefined, passed >= 3 * DAY);
      assert(next === undefined || (next > now && next <= NOW + 3 * DAY));
      assert(next === undefined || next - now <= 1.25 * 30 * MINUTE);
    },
  )));

Deno.test("nextAttempt() waits as long as a receiver asks, at most half an hour and never less than it would", () => {
  const pauseFor = (asksMilliseconds: number, passed = 0) => {
    const now = NOW + passed;
    const next = nextAttempt({ attempts: 3, firstAt: NOW, now, chance: 0.5, asksMilliseconds });
    return next && next - now;
  };
  assertEquals(pauseFor(0), 20_000);
  assertEquals(pauseFor(19_000), 20_000);
  assertEquals(pauseFor(10 * MINUTE), 10 * MINUTE);
  assertEquals(pauseFor(DAY), 30 * MINUTE);
  assertEquals(pauseFor(DAY, 3 * DAY - MINUTE), MINUTE);
  assertEquals(pauseFor(DAY, 3 * DAY), undefined);
});

Deno.test("restMilliseconds() doubles from a second to a minute, which is the most that is waited when asked to", () => {
  const rests = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) =>
    restMilliseconds(failures, { chance: 0.5 })
  );
  assertEquals(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
  const asked = [500, 30_000, DAY].map((asksMilliseconds) =>
    restMilliseconds(0, { chance: 0.5, asksMilliseconds })
  );
  assertEquals(asked, [1_000, 30_000, MINUTE]);
});
