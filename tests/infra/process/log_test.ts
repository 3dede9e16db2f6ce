import { assert, assertEquals, assertLess, assertStringIncludes } from "@std/assert";
import { CardNumber } from "../../../domain/card_number.ts";
import {
  createLineWriter,
  createLog,
  LOG_LEVELS,
  type LogLevel,
  OwnText,
} from "../../../infra/process/log.ts";
import { createTestClock, settled } from "../../support/clock.ts";

const DIGITS = "4242424242424242";

function createLines(level: LogLevel = "debug") {
  const lines: string[] = [];
  const log = createLog({ level, clock: createTestClock(), write: (line) => lines.push(line) });
  return { log, lines };
}

Deno.test("createLog() writes one JSON object a line", () => {
  const { log, lines } = createLines();
  log.info("paid", { amountKurus: 1050, userNo: "1\n2" });
  assertEquals(lines.map((line) => JSON.parse(line)), [{
    at: "2026-01-01T00:00:00.000Z",
    level: "info",
    event: "paid",
    amountKurus: 1050,
    userNo: "1\n2",
  }]);
  assertEquals(lines[0]?.includes("\n"), false);
});

for (const [place, level] of LOG_LEVELS.entries()) {
  Deno.test(`createLog() at ${level} leaves out what matters less`, () => {
    const { log, lines } = createLines(level);
    for (const each of LOG_LEVELS) log[each]("event");
    assertEquals(lines.map((line) => JSON.parse(line).level), LOG_LEVELS.slice(place));
  });
}

const WAYS: Readonly<Record<string, Readonly<Record<string, unknown>>>> = {
  "a text": { text: `card ${DIGITS}` },
  "a text with blanks": { text: "card 4242 4242 4242 4242" },
  "a text with dashes": { text: "4242-4242-4242-4242" },
  "a number": { number: Number(DIGITS) },
  "a name": { [DIGITS]: 1 },
  "a list in an object": { deep: { list: [DIGITS] } },
  "a card number itself": { card: CardNumber.parse(DIGITS) },
  "the message of an error": { error: new Error(`no ${DIGITS}`) },
  "an error that is a text": { error: DIGITS },
};
for (const [way, facts] of Object.entries(WAYS)) {
  Deno.test(`createLog() masks a card number in ${way}`, () => {
    const { log, lines } = createLines();
    log.error("event", facts);
    const digits = lines.join("").replaceAll(/[ -]/g, "");
    assertEquals(digits.includes(DIGITS), false);
    assertStringIncludes(digits, "4242");
  });
}

Deno.test("createLog() writes the stack of an error, masked", () => {
  const { log, lines } = createLines();
  const error = new Error("broken");
  error.stack = `Error: broken\n    at charge (${DIGITS}.ts:1:1)`;
  log.error("event", { error });
  const written = JSON.parse(lines[0] ?? "").error;
  assertStringIncludes(written, "at charge (");
  assertEquals(written.includes(DIGITS), false);
});

Deno.test("createLog() shows a commit's hash in which digits pass for a card number", () => {
  const { log, lines } = createLines();
  const hash = "0445400409352a526464c5504d61200d097b396e";
  log.info("started", { commit: new OwnText(hash), text: hash });
  const { commit, text } = JSON.parse(lines[0] ?? "");
  assertEquals([commit, text], [hash, "*********9352a526464c5504d61200d097b396e"]);
});

Deno.test("createLog() leaves numbers alone that are no card's", () => {
  const { log, lines } = createLines();
  log.info("event", { requestId: "1234567890123456", at: 1767225600000 });
  assertStringIncludes(lines.join(""), "1234567890123456");
});

/** A stream that takes nothing until it is let. */
function createStream(bytesAtOnce = Infinity) {
  const decoder = new TextDecoder();
  const waiting: (() => void)[] = [];
  let isOpen = false;
  let text = "";
  let writes = 0;
  return {
    written: () => text,
    writes: () => writes,
    open: () => {
      isOpen = true;
      for (const go of waiting) go();
    },
    write: async (bytes: Uint8Array): Promise<number> => {
      writes++;
      if (!isOpen) await new Promise<void>((resolve) => waiting.push(resolve));
      const taken = bytes.subarray(0, bytesAtOnce);
      text += decoder.decode(taken, { stream: true });
      return taken.length;
    },
  };
}

Deno.test("createLineWriter() writes lines in order, those that waited together", async () => {
  const stream = createStream();
  const { write, written } = createLineWriter(stream);
  for (const line of ["a", "b", "c"]) write(line);
  assertEquals([stream.writes(), stream.written()], [1, ""]);
  stream.open();
  await written();
  assertEquals([stream.writes(), stream.written()], [2, "a\nb\nc\n"]);
  write("d");
  await settled();
  assertEquals(stream.written(), "a\nb\nc\nd\n");
});

Deno.test("createLineWriter() writes on what a stream did not take at once", async () => {
  const stream = createStream(3);
  stream.open();
  createLineWriter(stream).write("değişiklik");
  await settled();
  assertEquals(stream.written(), "değişiklik\n");
});

Deno.test("createLineWriter() never waits for its reader, and drops what passes the bound", async () => {
  const stream = createStream();
  const { write } = createLineWriter(stream);
  const line = "x".repeat(1_023);
  for (let count = 0; count < 4_096; count++) write(line);
  stream.open();
  await settled();
  const kept = stream.written().length;
  assert(kept >= 1 << 20);
  assertLess(kept, (1 << 20) + 4 * 1_024);
  assertEquals(stream.written().split("\n").every((one) => one === line || one === ""), true);
  write("on it goes");
  await settled();
  assertEquals(stream.written().endsWith("\non it goes\n"), true);
});

Deno.test("createLineWriter() outlives a stream that closes", async () => {
  let writes = 0;
  const { write } = createLineWriter({
    write: () => {
      writes++;
      return Promise.reject(new Deno.errors.BrokenPipe("closed"));
    },
  });
  for (let count = 0; count < 3; count++) {
    write("line");
    await settled();
  }
  assertEquals(writes, 1);
});
