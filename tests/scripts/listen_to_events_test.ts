import { assertEquals, assertMatch } from "@std/assert";
import { Webhook } from "svix";
import { listenToEvents } from "../../scripts/listen_to_events.ts";
import { EVENT_SECRET } from "../support/event_receiver.ts";

Deno.test("listenToEvents() prints what arrives, and says of a wrong signature that it is one", async () => {
  const lines: string[] = [];
  const print = (line: string) => void lines.push(line);
  const server = listenToEvents({ port: 0, secret: EVENT_SECRET, status: 503, print });
  const text = '{"type":"payment"}';
  const at = new Date();
  const signature = new Webhook(EVENT_SECRET).sign("pay_1", at, text);
  const statuses: number[] = [];
  for (const body of [text, '{"type":"refund"}']) {
    const response = await fetch(`http://127.0.0.1:${server.addr.port}/`, {
      method: "POST",
      headers: {
        "webhook-id": "pay_1",
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        "webhook-signature": signature,
      },
      body,
    });
    await response.body?.cancel();
    statuses.push(response.status);
  }
  await server.shutdown();
  assertEquals(statuses, [503, 401]);
  assertEquals(lines[0], `signed  pay_1  ${text}`);
  assertMatch(lines[1] ?? "", /^WRONG {3}pay_1 /);
});
