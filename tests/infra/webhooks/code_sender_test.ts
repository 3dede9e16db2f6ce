import { assertEquals, assertThrows } from "@std/assert";
import { BusyError } from "../../../domain/ports/errors.ts";
import type { CodeMessage } from "../../../infra/webhooks/code_channel.ts";
import {
  CODES_BEING_SENT,
  type CodeSenderOptions,
  createCodeSender,
} from "../../../infra/webhooks/code_sender.ts";
import { createTestClock } from "../../support/clock.ts";
import { createTestLog } from "../../support/logs.ts";

const CONTACT = { phoneNumber: "+905321234567", email: "john.doe@example.com" };
const CODE = {
  account: { filo: "hergele", userNo: "1" },
  code: "01234567",
  expiresInSeconds: 900,
  requestId: "req-1",
};

function createBench(more: Partial<CodeSenderOptions> = {}) {
  const messages: CodeMessage[] = [];
  const clock = createTestClock();
  const { log, lines } = createTestLog({ level: "info", clock });
  const sender = createCodeSender({
    channel: (message) => Promise.resolve(void messages.push(message)),
    contactOf: ({ userNo }) => Promise.resolve(userNo === "1" ? CONTACT : undefined),
    clock,
    log,
    pause: () => Promise.resolve(),
    ...more,
  });
  return { sender, messages, lines };
}

Deno.test("send() sends a code to a user, and nothing to nobody", async () => {
  const { sender, messages } = createBench();
  sender.send({ ...CODE, account: { ...CODE.account, userNo: "2" } });
  sender.send(CODE);
  assertEquals(messages, []);
  await sender.settled();
  assertEquals(messages, [{ ...CODE.account, ...CONTACT, code: CODE.code, expiresIn: 900 }]);
});

Deno.test("send() looks nobody up before its pause ends", async () => {
  const gate = Promise.withResolvers<void>();
  const looked: string[] = [];
  const { sender, messages } = createBench({
    pause: () => gate.promise,
    contactOf: ({ userNo }) => {
      looked.push(userNo);
      return Promise.resolve(CONTACT);
    },
  });
  sender.send(CODE);
  await Promise.resolve();
  assertEquals(looked, []);
  gate.resolve();
  await sender.settled();
  assertEquals([looked, messages.length], [["1"], 1]);
});

Deno.test("send() says in the log that a code was not sent, and not which", async () => {
  const { sender, lines } = createBench({ channel: () => Promise.reject(new Error("no answer")) });
  sender.send(CODE);
  await sender.settled();
  const { event, level, requestId, error } = JSON.parse(lines.join());
  assertEquals([event, level, requestId], ["code_not_sent", "error", "req-1"]);
  assertEquals([error.includes("no answer"), lines.join().includes(CODE.code)], [true, false]);
});

Deno.test("send() is busy while as many as it may hold are on their way", async () => {
  const gate = Promise.withResolvers<void>();
  const { sender } = createBench({ pause: () => gate.promise });
  for (let place = 0; place < CODES_BEING_SENT; place++) sender.send(CODE);
  assertThrows(() => sender.send(CODE), BusyError);
  gate.resolve();
  await sender.settled();
  sender.send(CODE);
  await sender.settled();
});
