import { assert, assertEquals } from "@std/assert";
import {
  AUDIT_BATCH,
  AUDIT_BUFFER,
  AUDIT_REFUSAL_GROUPS,
  AUDIT_REFUSALS_MILLISECONDS,
  DAY_MILLISECONDS,
} from "../../../domain/limits.ts";
import type { AuditRecord } from "../../../domain/ports/audit.ts";
import type { AuditBounds } from "../../../domain/workflows/audit_budget.ts";
import { createAuditLog } from "../../../domain/workflows/audit.ts";
import { createSystemClock } from "../../../infra/process/clock.ts";
import { settled } from "../../support/clock.ts";
import { createTestLog } from "../../support/logs.ts";

function record(requestId: string, more: Partial<AuditRecord> = {}): AuditRecord {
  return {
    at: 1,
    requestId,
    who: "fleet",
    filo: "hergele",
    userNo: "1",
    operation: "pay",
    status: 201,
    code: null,
    ...more,
  };
}

/** An audit over a sink that writes down its batches, each as `write` says. */
function createBench(
  write: (batch: number) => Promise<void> = () => Promise.resolve(),
  bounds: AuditBounds = { bytesPerDay: Infinity, strangersBytesPerDay: Infinity },
) {
  const batches: (readonly AuditRecord[])[] = [];
  const { log, lines } = createTestLog();
  let atOnce = 0;
  let mostAtOnce = 0;
  const audit = createAuditLog({
    sink: {
      write: async (records) => {
        batches.push(records);
        mostAtOnce = Math.max(mostAtOnce, ++atOnce);
        try {
          await write(batches.length - 1);
        } finally {
          atOnce--;
        }
      },
    },
    clock: createSystemClock(),
    log,
    bounds,
  });
  const ids = () => batches.flat().map(({ requestId }) => requestId);
  const events = () => lines.map((line) => JSON.parse(line));
  return { audit, batches, ids, events, mostAtOnce: () => mostAtOnce };
}

Deno.test("flush() writes what was recorded, in order and in one batch", async () => {
  const { audit, batches } = createBench();
  const records = [record("a"), record("b"), record("c")];
  for (const one of records) audit.record(one);
  assertEquals(batches, []);
  await audit.flush();
  assertEquals(batches, [records]);
});

Deno.test("flush() of nothing writes nothing", async () => {
  const { audit, batches } = createBench();
  await audit.flush();
  await audit.flush();
  assertEquals(batches, []);
  audit.record(record("a"));
  await audit.flush();
  assertEquals(batches.length, 1);
});

Deno.test("record() has its record written a moment later, without a flush", async () => {
  const written = Promise.withResolvers<void>();
  const { audit, ids } = createBench(() => Promise.resolve(written.resolve()));
  audit.record(record("a"));
  audit.record(record("b"));
  await written.promise;
  assertEquals(ids(), ["a", "b"]);
});

Deno.test("record() is written in whichever step of an ending write it comes", async () => {
  const steps = Array.from({ length: 20 }, (_, step) => step + 1);
  await Promise.all(steps.map(async (wanted) => {
    const second = Promise.withResolvers<void>();
    const { audit, ids } = createBench((batch) => {
      if (batch === 1) second.resolve();
      return Promise.resolve();
    });
    const recordAfter = async (step: number): Promise<void> => {
      for (let left = step; left > 0; left--) await Promise.resolve();
      audit.record(record("b"));
    };
    audit.record(record("a"));
    // Set out before the flush, so that in each step this comes first.
    const recorded = recordAfter(wanted);
    await Promise.all([recorded, audit.flush(), second.promise]);
    assertEquals(ids(), ["a", "b"]);
  }));
});

Deno.test("record() keeps as many as the buffer holds", async () => {
  const { audit, ids, events } = createBench();
  for (let place = 0; place < AUDIT_BUFFER; place++) audit.record(record(`r${place}`));
  await audit.flush();
  assertEquals([ids().length, ids()[0]], [AUDIT_BUFFER, "r0"]);
  assertEquals(events(), []);
});

Deno.test("record() past the buffer drops the oldest, and says how many", async () => {
  const { audit, batches, ids, events } = createBench();
  const records = AUDIT_BATCH + AUDIT_BUFFER + 2;
  for (let place = 0; place < records; place++) audit.record(record(`r${place}`));
  await audit.flush();
  // The first batch was on its way when the buffer began to fill.
  assertEquals(batches.map(({ length }) => length), [AUDIT_BATCH, AUDIT_BUFFER]);
  assertEquals([ids()[0], ids()[AUDIT_BATCH], ids().at(-1)], [
    "r0",
    `r${AUDIT_BATCH + 2}`,
    `r${records - 1}`,
  ]);
  const [{ event, level, dropped }] = events();
  assertEquals({ event, level, dropped }, {
    event: "audit_records_dropped",
    level: "warn",
    dropped: 2,
  });
  audit.record(record("next"));
  await audit.flush();
  assertEquals(events().length, 1);
});

Deno.test("record() has a whole batch written at once, and one record less a moment later", async () => {
  const { audit, batches } = createBench();
  for (let place = 1; place < AUDIT_BATCH; place++) audit.record(record(`r${place}`));
  await settled();
  assertEquals(batches.length, 0);
  audit.record(record("last"));
  await settled();
  assertEquals(batches.map(({ length }) => length), [AUDIT_BATCH]);
  await audit.flush();
});

Deno.test("flush() waits for a slow sink, and what came meanwhile goes in one batch after it", async () => {
  const gate = Promise.withResolvers<void>();
  const { audit, batches, ids, mostAtOnce } = createBench((batch) =>
    batch === 0 ? gate.promise : Promise.resolve()
  );
  audit.record(record("a"));
  const first = audit.flush();
  audit.record(record("b"));
  audit.record(record("c"));
  let isFlushed = false;
  const second = audit.flush().then(() => isFlushed = true);
  await settled();
  assertEquals([batches.length, isFlushed], [1, false]);
  gate.resolve();
  await Promise.all([first, second]);
  assertEquals(ids(), ["a", "b", "c"]);
  assertEquals([batches.length, mostAtOnce()], [2, 1]);
});

Deno.test("record() behind a slow sink keeps no more than the buffer holds", async () => {
  const gate = Promise.withResolvers<void>();
  const { audit, ids } = createBench((batch) => batch === 0 ? gate.promise : Promise.resolve());
  audit.record(record("first"));
  const flushed = audit.flush();
  for (let place = 0; place <= AUDIT_BUFFER; place++) audit.record(record(`r${place}`));
  gate.resolve();
  await flushed;
  assertEquals([ids().length, ids()[0], ids()[1]], [AUDIT_BUFFER + 1, "first", "r1"]);
});

Deno.test("flush() goes on behind a sink that fails, and says what is lost", async () => {
  const { audit, ids, events } = createBench((batch) =>
    batch === 0 ? Promise.reject(new Error("no disk")) : Promise.resolve()
  );
  audit.record(record("a"));
  audit.record(record("b"));
  await audit.flush();
  const [{ event, level, records, error }] = events();
  assertEquals({ event, level, records }, {
    event: "audit_not_written",
    level: "error",
    records: 2,
  });
  assert(error.includes("no disk"));
  audit.record(record("c"));
  await audit.flush();
  assertEquals(ids().at(-1), "c");
});

Deno.test("record() masks a user number that could be a card's", async () => {
  const { audit, batches } = createBench();
  audit.record(record("a", { userNo: "4242424242424242" }));
  audit.record(record("b", { userNo: null }));
  await audit.flush();
  assertEquals(batches.flat().map(({ userNo }) => userNo), ["************4242", null]);
});

/** A refusal of a stranger. */
function refusal(requestId: string, more: Partial<AuditRecord> = {}): AuditRecord {
  const stranger = { who: "anonymous", filo: null, userNo: null, peer: "10.0.0.1" } as const;
  return record(requestId, { ...stranger, status: 401, code: "unauthenticated", ...more });
}

Deno.test("record() keeps one refusal a minute of a stranger's address and code, with their number", async () => {
  const { audit, batches } = createBench();
  const minute = AUDIT_REFUSALS_MILLISECONDS;
  for (let place = 0; place < 5_000; place++) audit.record(refusal(`r${place}`, { at: 1 }));
  audit.record(refusal("named", { at: minute, code: "authentication_failed", userNo: "1" }));
  audit.record(refusal("next", { at: minute + 1 }));
  await audit.flush();
  assertEquals(batches.flat(), [
    refusal("r0", { at: 1, count: 5_000 }),
    refusal("named", { at: minute, code: "authentication_failed", count: 1 }),
    refusal("next", { at: minute + 1, count: 1 }),
  ]);
});

Deno.test("record() keeps each refusal of a caller, and each success of a stranger", async () => {
  const { audit, ids } = createBench();
  for (const name of ["a", "b"]) {
    audit.record(record(`fleet-${name}`, { status: 402, code: "insufficient_balance" }));
    audit.record(refusal(`stranger-${name}`, { status: 201, code: null }));
  }
  await audit.flush();
  assertEquals(ids(), ["fleet-a", "stranger-a", "fleet-b", "stranger-b"]);
});

Deno.test("record() tells no endless number of addresses apart in a minute", async () => {
  const { audit, batches } = createBench();
  const addresses = AUDIT_REFUSAL_GROUPS + 500;
  for (let place = 0; place < addresses; place++) {
    audit.record(refusal(`r${place}`, { peer: `peer ${place}` }));
  }
  await audit.flush();
  const records = batches.flat();
  assertEquals(records.length, AUDIT_REFUSAL_GROUPS + 1);
  const { peer, count } = records.at(-1) ?? {};
  assertEquals({ peer, count }, { peer: "others", count: 500 });
});

Deno.test("record() drops strangers first when the day is full, then all, and says how many once a minute", async () => {
  const bounds = { bytesPerDay: 20_000, strangersBytesPerDay: 2_000 };
  const { audit, batches, events } = createBench(undefined, bounds);
  const fill = async (at: number): Promise<void> => {
    for (let place = 0; place < 100; place++) {
      audit.record(refusal(`stranger-${place}`, { at, status: 201, code: null }));
    }
    for (let place = 0; place < 200; place++) audit.record(record(`fleet-${place}`, { at }));
    await audit.flush();
  };
  const written = () => {
    const records = batches.flat();
    const strangers = records.filter(({ who }) => who === "anonymous").length;
    return { strangers, callers: records.length - strangers };
  };
  await fill(1);
  const { strangers, callers } = written();
  assert(strangers > 5 && strangers < 20, `${strangers} strangers`);
  assert(callers > 80 && callers < 120, `${callers} callers`);
  await fill(2);
  assertEquals(written(), { strangers, callers });
  const [line, ...others] = events();
  assertEquals([line.event, line.level, others], ["audit_day_is_full", "warn", []]);
  const first = { strangers: 100 - strangers, callers: 200 - callers };
  assertEquals({ strangers: line.strangers, callers: line.callers }, first);
  await fill(60_001);
  const { strangers: moreStrangers, callers: moreCallers } = events()[1];
  assertEquals([moreStrangers, moreCallers], [200, 400]);
  // The next day has room again.
  await fill(DAY_MILLISECONDS);
  assertEquals(written(), { strangers: 2 * strangers, callers: 2 * callers });
});
