import { assertEquals, assertThrows } from "@std/assert";
import fc from "fast-check";
import { addTallies, endDay, type Tally, tallyOf, totalDelta } from "../../domain/day_end.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { type Kurus, kurus } from "../../domain/money.ts";
import { COMMAND } from "../support/account.ts";

const DAY = "2026-03-01";

function tally(type: Tally["type"], more: Partial<Record<string, unknown>> = {}): Tally {
  return { type, count: 1, amountKurus: kurus(100), deltaKurus: kurus(0), ...more } as Tally;
}

function entry(type: JournalEntry["type"], more: Readonly<Record<string, unknown>>): JournalEntry {
  const { entryId: id, ...command } = COMMAND;
  const amounts = { amountKurus: 100, deltaKurus: -100, balanceAfterKurus: 0 };
  return { type, id, seq: 1, ...command, ...amounts, ...more } as unknown as JournalEntry;
}

Deno.test("endDay() adds what moved to the opening, and lists it by type in one order", () => {
  const end = endDay(DAY, {
    openingKurus: kurus(10_000),
    tallies: [
      tally("refund", { count: 2, amountKurus: 300, deltaKurus: 300 }),
      tally("payment", { count: 3, amountKurus: 900, deltaKurus: -900 }),
      tally("payment", { amountKurus: 50, deltaKurus: -50 }),
      tally("card_saved", { amountKurus: 0 }),
    ],
  });
  assertEquals(end, {
    day: DAY,
    openingKurus: kurus(10_000),
    movements: [
      tally("card_saved", { amountKurus: 0 }),
      tally("payment", { count: 4, amountKurus: 950, deltaKurus: -950 }),
      tally("refund", { count: 2, amountKurus: 300, deltaKurus: 300 }),
    ],
    closingKurus: kurus(9_350),
    topUps: [],
    cardRefunds: [],
  });
});

Deno.test("endDay() gives each card gateway its own totals, and the types all of them", () => {
  const { movements, topUps, cardRefunds, closingKurus } = endDay(DAY, {
    openingKurus: kurus(0),
    tallies: [
      tally("top_up_credited", { gateway: "stripe", deltaKurus: 100 }),
      tally("top_up_credited", { gateway: "iyzico", amountKurus: 200, deltaKurus: 200 }),
      tally("top_up_credited", { gateway: "stripe", deltaKurus: 100 }),
      tally("card_refund_started", { deltaKurus: -100 }),
      tally("card_refund_completed", { gateway: "stripe" }),
    ],
  });
  assertEquals(topUps, [
    { gateway: "iyzico", count: 1, amountKurus: kurus(200) },
    { gateway: "stripe", count: 2, amountKurus: kurus(200) },
  ]);
  assertEquals(cardRefunds, [{ gateway: "stripe", count: 1, amountKurus: kurus(100) }]);
  assertEquals(movements.map(({ type, count }) => [type, count]), [
    ["top_up_credited", 3],
    ["card_refund_started", 1],
    ["card_refund_completed", 1],
  ]);
  assertEquals(closingKurus, kurus(300));
});

Deno.test("tallyOf() names the gateway of what a gateway's own report lists, and of nothing else", () => {
  assertEquals(tallyOf(entry("payment", { orderId: "ride-1" })), {
    ...{ type: "payment", count: 1, amountKurus: kurus(100), deltaKurus: kurus(-100) },
  });
  const gateways = ENTRY_TYPES.map((type) => tallyOf(entry(type, { gateway: "sandbox" })))
    .flatMap(({ type, gateway }) => gateway === undefined ? [] : [type]);
  assertEquals(gateways, ["top_up_credited", "card_refund_completed"]);
});

const TALLIES = fc.array(fc.record({
  type: fc.constantFrom(...ENTRY_TYPES),
  count: fc.nat(5),
  amountKurus: fc.nat(1_000).map(kurus),
  deltaKurus: fc.integer({ min: -1_000, max: 1_000 }).map(kurus),
}));

Deno.test("addTallies() comes to the same whatever is added up first", () => {
  fc.assert(
    fc.property(TALLIES, TALLIES, (first, second) => {
      const parts = [...addTallies(second), ...addTallies(first)];
      assertEquals(addTallies(parts), addTallies([...first, ...second]));
    }),
    { seed: 20260101 },
  );
});

Deno.test("endDay() closes with its opening and the total of its movements, whatever moved", () => {
  fc.assert(
    fc.property(fc.nat(10_000).map(kurus), TALLIES, (openingKurus, tallies) => {
      const { movements, closingKurus } = endDay(DAY, { openingKurus, tallies });
      assertEquals(closingKurus, openingKurus + totalDelta(movements));
      assertEquals(totalDelta(movements), totalDelta(tallies));
    }),
    { seed: 20260101 },
  );
});

Deno.test("addTallies() refuses a total that no number holds exactly", () => {
  const most = Number.MAX_SAFE_INTEGER as Kurus;
  assertThrows(() => addTallies([tally("payment", { amountKurus: most }), tally("payment")]));
});
