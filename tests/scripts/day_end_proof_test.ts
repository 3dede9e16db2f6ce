import { assert, assertEquals } from "@std/assert";
import { type DayEnd, endDay } from "../../domain/day_end.ts";
import { COMMIT_DELAY_MAX_MILLISECONDS } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import type { Calendar } from "../../domain/ports/day_ends.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { saveCard, sendWell } from "../support/answers.ts";
import { VISA } from "../support/card_numbers.ts";
import { createPatientClock, DAY, HOUR } from "../support/clock.ts";
import { commitTo, createCommands, paying } from "../support/commands.ts";
import { createUser, FLEET, OTHER_FLEET, send, type TestKese } from "../support/kese.ts";
import { onBothStores } from "../support/two_instances.ts";

const ZONE = "Europe/Istanbul";
const CALENDAR = { filo: FLEET, timeZone: ZONE };
/** The clock of the tests starts at 03:00 of the first of them in Turkey. */
const [FIRST, SECOND, THIRD] = ["2026-01-01", "2026-01-02", "2026-01-03"] as const;

const patient = () => ({ clock: createPatientClock() });

function test(name: string, body: (kese: TestKese) => Promise<void>): void {
  onBothStores(`reconcile() ${name}`, ([first]) => body(first), patient);
}

/** Two fleets, and something on each of three days, the last of which is final. */
async function live(kese: TestKese): Promise<void> {
  await createUser(kese, "1", "100.00");
  await createUser(kese, "1", "7.00", "other");
  await saveCard(kese, "1", VISA);
  await sendWell(kese, "POST /update_balance?userNo=1&balance=50");
  kese.clock.advance(DAY);
  await sendWell(kese, "POST /kart-saklamali-odeme?userNo=1&amount=30");
  await sendWell(kese, "POST /karta-iade?userNo=1&amount=5");
  kese.clock.advance(DAY);
  await sendWell(kese, "POST /iade?userNo=1&amount=10");
  kese.clock.advance(DAY - 3 * HOUR + COMMIT_DELAY_MAX_MILLISECONDS);
  await kese.store.moveWaiting?.(kese.clock.now() + DAY);
}

async function faultsOf(kese: TestKese): Promise<readonly string[]> {
  return (await reconcile(kese)).faults;
}

async function endOf({ store }: TestKese, day: string, calendar = CALENDAR): Promise<DayEnd> {
  const end = await store.dayEnds.newestUpTo(calendar, day);
  assert(end?.day === day, `${day} must be kept`);
  return end;
}

test("works out the days of every fleet, which then add up", async (kese) => {
  await live(kese);
  const { days, faults } = await reconcile(kese);
  assertEquals([days, faults], [6, []]);
  const closings = [];
  for (const day of [FIRST, SECOND, THIRD]) closings.push((await endOf(kese, day)).closingKurus);
  assertEquals(closings, [15_000, 11_500, 12_500].map(kurus));
  // What comes later is in no final day, and adds up too.
  await sendWell(kese, "POST /kart-saklamali-odeme?userNo=1&amount=1");
  assertEquals(await faultsOf(kese), []);
});

test("names the day and the number of a kept end that its entries do not make", async (kese) => {
  await live(kese);
  const right = endDay(FIRST, { openingKurus: kurus(0), tallies: [] });
  await kese.store.dayEnds.keep(CALENDAR, { ...right, closingKurus: kurus(14_999) });
  const faults = await faultsOf(kese);
  const closing = `${FLEET}: day ${FIRST}: closingKurus is 14999, must be 15000`;
  assert(faults.includes(closing), faults.join("\n"));
  // The days after it begin with it, and the other fleet's are as they were.
  assert(faults.includes(`${FLEET}: day ${SECOND}: openingKurus is 14999, must be 15000`));
  assertEquals(faults.filter((fault) => fault.startsWith(OTHER_FLEET)), []);
});

/** Whatever is another in a kept end. */
const CHANGES: readonly ((end: DayEnd) => Partial<DayEnd>)[] = [
  ({ openingKurus }) => ({ openingKurus: kurus(openingKurus + 1) }),
  ({ movements }) => ({ movements: movements.slice(1) }),
  ({ movements }) => ({ movements: movements.map((one) => ({ ...one, count: one.count + 1 })) }),
  ({ topUps }) => ({ topUps: topUps.map((one) => ({ ...one, gateway: "stripe" })) }),
  () => ({ cardRefunds: [{ gateway: "sandbox", count: 1, amountKurus: kurus(1) }] }),
];

test("names every kind of change of a kept end", async (kese) => {
  await live(kese);
  assertEquals(await faultsOf(kese), []);
  const end = await endOf(kese, FIRST);
  for (const [place, change] of CHANGES.entries()) {
    // Kept under another zone of the same days, because the first end of a day stays.
    const timeZone = ["Asia/Riyadh", "Asia/Kuwait", "Africa/Nairobi", "Asia/Baghdad", "Asia/Aden"][
      place
    ] ?? ZONE;
    const before = await faultsOf(kese);
    await kese.store.dayEnds.keep({ filo: FLEET, timeZone }, { ...end, ...change(end) });
    const after = await faultsOf(kese);
    const named = after.slice(before.length);
    assert(after.length > before.length, `change ${place}`);
    assert(named.every((fault) => fault.startsWith(`${FLEET}: day ${FIRST}: `)), named.join());
  }
});

test("proves the days of another time zone by that zone", async (kese) => {
  await live(kese);
  const calendar: Calendar = { filo: FLEET, timeZone: "America/New_York" };
  // 1 January began there five hours after its midnight in UTC, and all of the first day was before.
  const before = endDay("2025-12-31", {
    openingKurus: kurus(0),
    tallies: (await kese.store.dayEnds.tally(FLEET, {
      from: Date.UTC(2025, 11, 31, 5),
      to: Date.UTC(2026, 0, 1, 5),
    })).tallies,
  });
  assertEquals(before.closingKurus, kurus(15_000));
  await kese.store.dayEnds.keep(calendar, before);
  assertEquals(await faultsOf(kese), []);
});

test("names a kept end of a fleet that has no such entries", async (kese) => {
  await live(kese);
  const end = endDay(FIRST, { openingKurus: kurus(5), tallies: [] });
  await kese.store.dayEnds.keep({ filo: "gone", timeZone: ZONE }, end);
  assertEquals(await faultsOf(kese), [
    `gone: day ${FIRST}: openingKurus is 5, must be 0`,
    `gone: day ${FIRST}: closingKurus is 5, must be 0`,
  ]);
});

test("names a final day to which an entry came too late", async (kese) => {
  await live(kese);
  assertEquals(await faultsOf(kese), []);
  const late = createCommands().payment(100, { at: kese.clock.now() - DAY });
  await commitTo(kese.store.accounts, { filo: FLEET, userNo: "1" }, paying(late));
  const faults = await faultsOf(kese);
  assert(
    faults.some((fault) => fault.startsWith(`${FLEET}: day ${THIRD}: movements`)),
    faults.join("\n"),
  );
});

onBothStores(
  "GET /filo/gun-sonu is the same on two instances that are asked at once",
  async ([first, second]) => {
    await live(first);
    const lines = [FIRST, SECOND, THIRD].map((day) => `GET /filo/gun-sonu?gun=${day}`);
    for (const line of [...lines, "GET /filo/gun-sonu?gun=2026-01-04"]) {
      const answers = await Promise.all(
        [first, second, first, second].map((kese) => send(kese, line)),
      );
      const [one] = answers;
      assertEquals(answers.map(({ status }) => status), [200, 200, 200, 200]);
      for (const { body } of answers) assertEquals(body, one?.body);
    }
    // Each had a part in it, and what either kept is what reconciling finds.
    assertEquals((await reconcile(second)).faults, []);
  },
  sharedClock,
);

onBothStores(
  "GET /filo/gun-sonu counts what two instances have just written, moved to the ledger or not",
  async ([first, second]) => {
    await createUser(first, "1", "100.00");
    await createUser(second, "2", "20.00");
    const ask = async () => {
      const answers = await Promise.all(
        [first, second].map((kese) => sendWell(kese, `GET /filo/gun-sonu?gun=${FIRST}`)),
      );
      const [one, other] = answers.map(({ body }) => body);
      assertEquals(one, other);
      return one;
    };
    for (let round = 1; round <= 3; round++) {
      for (const [kese, userNo] of [[first, "1"], [second, "1"], [first, "2"]] as const) {
        await sendWell(kese, `POST /kart-saklamali-odeme?userNo=${userNo}&amount=1.50`);
      }
      const total = (3 * round * 1.5).toFixed(2);
      const { movements: [, paid], closing, final } = await ask();
      assertEquals(paid, {
        type: "payment",
        count: 3 * round,
        amount: total,
        delta: `-${total}`,
      });
      assertEquals([closing, final], [(120 - 3 * round * 1.5).toFixed(2), false]);
      // What one instance moves, the other finds where it is now, next to what comes later.
      await first.store.moveWaiting?.(first.clock.now() + DAY);
    }
  },
  sharedClock,
);

function sharedClock() {
  return { clock: createPatientClock() };
}
