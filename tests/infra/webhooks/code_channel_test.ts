import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import { Webhook } from "standardwebhooks";
import { createSystemClock } from "../../../infra/process/clock.ts";
import { type CodeMessage, openCodeChannel } from "../../../infra/webhooks/code_channel.ts";
import { createLog } from "../../../infra/process/log.ts";

const SECRET = `whsec_${Buffer.alloc(32, 7).toString("base64")}`;
const MESSAGE: CodeMessage = {
  filo: "hergele",
  userNo: "1",
  phoneNumber: "+905321234567",
  email: "john.doe@example.com",
  code: "01234567",
  expiresIn: 900,
};

interface Received {
  readonly text: string;
  readonly headers: Record<string, string>;
}

/** An operator's sender of messages, which answers as the test says. */
async function withReceiver(
  answer: () => Response,
  test: (url: string, received: Received[]) => Promise<void>,
): Promise<void> {
  const received: Received[] = [];
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      received.push({ text: await request.text(), headers: Object.fromEntries(request.headers) });
      return answer();
    },
  );
  try {
    await test(`http://127.0.0.1:${server.addr.port}/codes`, received);
  } finally {
    await server.shutdown();
  }
}

function open(
  environment: Parameters<typeof openCodeChannel>[0],
  lines: string[] = [],
): ReturnType<typeof openCodeChannel> {
  const clock = createSystemClock();
  const log = createLog({ level: "info", clock, write: (line) => lines.push(line) });
  return openCodeChannel(environment, { clock, log });
}

Deno.test("openCodeChannel() posts what a sender of messages needs, signed as Standard Webhooks says", () =>
  withReceiver(() => new Response(null, { status: 204 }), async (url, received) => {
    const channel = await open({ mode: "development", codeWebhook: { url, secret: SECRET } });
    for (let twice = 0; twice < 2; twice++) await channel?.(MESSAGE);
    const [first, second] = received;
    assert(first && second);
    const { type, timestamp, data, ...others } = new Webhook(SECRET).verify(
      first.text,
      first.headers,
    ) as Record<string, unknown>;
    assertEquals({ type, data, others }, { type: "one_time_code", data: MESSAGE, others: {} });
    assertMatch(String(timestamp), /^\d{4}-\d\d-\d\dT[\d:.]+Z$/);
    assertMatch(first.headers["webhook-signature"] ?? "", /^v1,[A-Za-z0-9+/]{43}=$/);
    assertEquals(first.headers["webhook-id"] === second.headers["webhook-id"], false);
    assertThrows(() =>
      new Webhook(SECRET).verify(first.text.replace("01234567", "1"), first.headers)
    );
    const other = `whsec_${Buffer.alloc(32, 8).toString("base64")}`;
    assertThrows(() => new Webhook(other).verify(first.text, first.headers));
  }));

Deno.test("openCodeChannel() posts unsigned without a secret, which development alone allows", () =>
  withReceiver(() => new Response(null), async (url, received) => {
    await (await open({ mode: "development", codeWebhook: { url } }))?.(MESSAGE);
    assertEquals(received[0]?.headers["webhook-signature"], undefined);
    assertEquals(JSON.parse(received[0]?.text ?? "").data, MESSAGE);
  }));

for (const status of [302, 400, 500]) {
  Deno.test(`openCodeChannel() takes ${status} for a code that was not sent, and follows nowhere`, () =>
    withReceiver(
      () => new Response(null, { status, headers: { location: "/elsewhere" } }),
      async (url, received) => {
        const channel = await open({ mode: "development", codeWebhook: { url, secret: SECRET } });
        await assertRejects(async () => await channel?.(MESSAGE), Error, `answered ${status}`);
        assertEquals(received.length, 1);
      },
    ));
}

Deno.test("openCodeChannel() writes codes into the log in development, and has no way in production", async () => {
  const lines: string[] = [];
  await (await open({ mode: "development" }, lines))?.(MESSAGE);
  const { event, filo, userNo, code } = JSON.parse(lines.join());
  assertEquals({ event, filo, userNo, code }, {
    event: "one_time_code",
    filo: "hergele",
    userNo: "1",
    code: MESSAGE.code,
  });
  assertEquals(await open({ mode: "production" }), undefined);
});

Deno.test("openCodeChannel() sends nothing to this machine in production", () =>
  withReceiver(() => new Response(), async (url, received) => {
    const channel = await open({ mode: "production", codeWebhook: { url, secret: SECRET } });
    await assertRejects(async () => await channel?.(MESSAGE), Error, "must be https");
    assertEquals(received, []);
  }));
