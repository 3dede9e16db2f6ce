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

Deno.test("restMilliseconds() doubles from a second to a minute", () => {
  const rests = [0, 1, 2, 3, 4, 5, 6, 7, 100].map((failures) => restMilliseconds(failures, 0.5));
  assertEquals(rests, [1, 2, 4, 8, 16, 32, 60, 60, 60].map((seconds) => seconds * 1_000));
});
