import { assert, assertEquals, assertFalse, assertLess, assertThrows } from "@std/assert";
import { Webhook } from "svix";
import { createSystemClock } from "../../infra/process/clock.ts";
import { toEventBody } from "../../routes/contract/event_body.ts";
import { assertProblem, saveCard, sendWell } from "../support/answers.ts";
import { VISA } from "../support/card_numbers.ts";
import { MINUTE, type TestClock } from "../support/clock.ts";
import {
  EVENT_SECRET,
  type EventReceiver,
  OLD_EVENT_SECRET,
  startEventReceiver,
  waitUntil,
} from "../support/event_receiver.ts";
import {
  createUser,
  FLEET,
  openTestKese,
  OTHER_FLEET,
  OTHER_FLEET_KEY,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { resolve, resolveOperation } from "../support/open_api.ts";
import { onBothStores } from "../support/two_instances.ts";

const OTHER = { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY };
/** Signatures are only taken near their own time, so the clock may be moved by some minutes at most. */
function createMovedClock(): TestClock {
  const clock = createSystemClock();
  let moved = 0;
  const advance = (milliseconds: number) => void (moved += milliseconds);
  return { ...clock, now: () => clock.now() + moved, advance };
}

function targetsOf({ url }: EventReceiver, secrets = [EVENT_SECRET]) {
  return new Map([[FLEET, { url, secrets }]]);
}

/** Registers a test on both stores, with two instances that send to one receiver. */
function withReceiver(
  name: string,
  test: (
    receiver: EventReceiver,
    instances: readonly [TestKese, TestKese],
  ) => Promise<void>,
): void {
  let receiver: EventReceiver | undefined;
  onBothStores(name, async (instances) => {
    if (receiver === undefined) throw new Error("there is no receiver");
    for (const { dependencies } of instances) dependencies.events.start();
    try {
      await test(receiver, instances);
    } finally {
      for (const { dependencies } of instances) await dependencies.events.stop();
      await receiver[Symbol.asyncDispose]();
    }
  }, () => {
    receiver = startEventReceiver();
    return { clock: createMovedClock(), environment: { eventTargets: targetsOf(receiver) } };
  });
}

async function pay(kese: TestKese, userNo = "1"): Promise<string> {
  const { body } = await sendWell(kese, "POST /kart-saklamali-odeme", {
    json: { userNo, amount: "1", orderId: "ride-1" },
  });
  return body.paymentId;
}

withReceiver(
  "GET /filo/olaylar lists what a signed webhook has told within a second",
  async (receiver, [kese, second]) => {
    await createUser(kese, "1");
    await createUser(kese, "1", "1.00", "other");
    await saveCard(kese, "1");
    const startedAt = Date.now();
    const paymentId = await pay(kese);
    await waitUntil(() => receiver.first().some(({ id }) => id === paymentId));
    const event = receiver.first().find(({ id }) => id === paymentId);
    assertLess((event?.at ?? Infinity) - startedAt, 1_000);
    assertFalse(receiver.first().some(({ text }) => text.includes(VISA)));

    const { body: { data: [entry] } } = await send(second, "GET /islemler?userNo=1&limit=1");
    assertEquals(event?.data, { filo: FLEET, userNo: "1", ...entry });
    assertEquals([event?.type, event?.timestamp], ["payment", entry.createdAt]);
    assertEquals(receiver.first().map(({ type, data }) => [type, data.seq]), [
      ["account_opened", 1],
      ["card_saved", 2],
      ["payment", 3],
    ]);

    const listed = await waitForStatus(second, "delivered", 3);
    const { attempts, lastStatus: _, ...first } = listed[0];
    assertEquals(attempts, 1);
    assertEquals(first, {
      id: paymentId,
      type: "payment",
      userNo: "1",
      seq: 3,
      createdAt: entry.createdAt,
      status: "delivered",
      nextAttemptAt: null,
    });
    const foreign = await send(kese, "GET /filo/olaylar", OTHER);
    assertEquals([foreign.status, foreign.body.data], [200, []]);
  },
);

/** The events of that status once there are so many. */
async function waitForStatus(kese: TestKese, status: string, count: number) {
  const list = async () => (await send(kese, `GET /filo/olaylar?status=${status}`)).body.data;
  await waitUntil(async () => (await list()).length === count);
  return await list();
}

withReceiver(
  "POST /filo/olaylar/{id}/yeniden sends an event once more under its id",
  async (receiver, [kese]) => {
    receiver.answer = ({ type }) => new Response(null, { status: type === "payment" ? 410 : 200 });
    await createUser(kese, "1");
    const paymentId = await pay(kese);
    const [failed] = await waitForStatus(kese, "failed", 1);
    assertEquals([failed.id, failed.attempts, failed.lastStatus], [paymentId, 1, 410]);
    const waiting = await pay(kese);
    receiver.answer = () => new Response();
    const line = `POST /filo/olaylar/${paymentId}/yeniden`;
    const again = await send(kese, line);
    assertEquals([again.status, again.body.event.id, again.body.event.status], [
      202,
      paymentId,
      "pending",
    ]);
    await waitUntil(() => receiver.first().some(({ id }) => id === waiting));
    await waitForStatus(kese, "delivered", 3);
    const [first, second] = receiver.received.filter(({ id }) => id === paymentId);
    assertEquals(first?.text, second?.text);
    assertProblem(await send(kese, line, OTHER), 404, "event_not_found");
    assertProblem(await send(kese, "POST /filo/olaylar/none/yeniden"), 404, "event_not_found");
    const bearer = await signIn(kese, "1");
    assertProblem(await send(kese, line, { bearer }), 403, "forbidden");
    assertProblem(await send(kese, "GET /filo/olaylar", { bearer }), 403, "forbidden");
  },
);

withReceiver(
  "GET /filo/olaylar says when an event is sent again to a receiver that asked for a pause",
  async (receiver, [kese]) => {
    receiver.answer = () => new Response(null, { status: 429, headers: { "retry-after": "300" } });
    const startedAt = Date.now();
    await createUser(kese, "1");
    const refused = async () => {
      const { body: { data: [event] } } = await send(kese, "GET /filo/olaylar?status=pending");
      return event?.attempts === 1 ? event : undefined;
    };
    await waitUntil(async () => await refused() !== undefined);
    const { lastStatus, nextAttemptAt } = await refused();
    assertEquals(lastStatus, 429);
    const pause = Date.parse(nextAttemptAt) - startedAt;
    assert(pause >= 300_000 && pause <= 300_000 + Date.now() - startedAt, `${pause} ms`);
  },
);

/** What a receiver does wrong once, by the user whose event it is. */
const MISHAPS: Readonly<Record<string, (url: string) => Response | Promise<Response>>> = {
  fails: () => new Response("not today", { status: 500 }),
  redirects: (url) =>
    new Response(null, { status: 307, headers: { location: `${url}?elsewhere` } }),
  breaks: () => new Response(streamOf("half"), { headers: { "content-length": "100" } }),
  dawdles: () => new Promise((resolve) => setTimeout(() => resolve(new Response()), 300)),
  talks: () => new Response("x".repeat(1_000_000)),
};

/** Its length is not known from it, so the answer ends before it should. */
function streamOf(text: string): ReadableStream<Uint8Array<ArrayBuffer>> {
  return new Blob([text]).stream();
}

withReceiver(
  "FleetEvents delivers all in order to a receiver that fails, redirects, breaks off and dawdles",
  async (receiver, [kese]) => {
    const met = new Set<string>();
    receiver.answer = ({ data: { userNo } }) => {
      const isFirst = !met.has(userNo);
      met.add(userNo);
      return isFirst && MISHAPS[userNo]?.(receiver.url) || new Response();
    };
    const users = Object.keys(MISHAPS);
    for (const userNo of users) {
      await createUser(kese, userNo);
      await pay(kese, userNo);
    }
    const attemptsOf = (userNo: string) =>
      receiver.received.filter(({ data }) => data.userNo === userNo).map(({ data }) => data.seq);
    const done = ["dawdles", "talks"];
    await waitUntil(() =>
      users.every((userNo) => attemptsOf(userNo).length === (done.includes(userNo) ? 2 : 1))
    );
    await waitForStatus(kese, "delivered", 2 * done.length);
    kese.clock.advance(MINUTE);
    await waitForStatus(kese, "delivered", 2 * users.length);
    for (const userNo of users) {
      assertEquals(attemptsOf(userNo), done.includes(userNo) ? [1, 2] : [1, 1, 2], userNo);
    }
    assertEquals(receiver.received.filter(({ query }) => query !== ""), []);
  },
);

withReceiver(
  "FleetEvents of two instances send each event once, each account's in order",
  async (receiver, instances) => {
    const users = ["1", "2", "3", "4", "5"];
    for (const userNo of users) await createUser(instances[0], userNo);
    await Promise.all(
      Array.from({ length: 20 }, async (_, place) => {
        for (const userNo of users) await pay(instances[place % 2 === 0 ? 0 : 1], userNo);
      }),
    );
    await waitUntil(() => receiver.first().length === users.length * 21);
    assertEquals(receiver.received, receiver.first());
    for (const userNo of users) {
      const seqs = receiver.first().filter(({ data }) => data.userNo === userNo)
        .map(({ data }) => data.seq);
      assertEquals(seqs, Array.from({ length: 21 }, (_, place) => place + 1));
    }
  },
);

Deno.test("FleetEvents signs under both secrets while one is being replaced, and sends wanted types alone", async () => {
  await using receiver = startEventReceiver(OLD_EVENT_SECRET);
  const secrets = [EVENT_SECRET, OLD_EVENT_SECRET];
  const types = new Set(["payment"] as const);
  const eventTargets = new Map([[FLEET, { url: receiver.url, secrets, types }]]);
  await using kese = await openTestKese({
    clock: createMovedClock(),
    environment: { eventTargets },
  });
  kese.dependencies.events.start();
  await createUser(kese, "1");
  const paymentId = await pay(kese);
  await waitUntil(() => receiver.received.length === 1);
  assertEquals(receiver.received[0]?.id, paymentId);
  assertEquals((await waitForStatus(kese, "delivered", 1))[0].id, paymentId);
  await kese.dependencies.events.stop();
  assertThrows(() => new Webhook(EVENT_SECRET).verify(receiver.received[0]?.text ?? "", {}));
});

Deno.test("toEventBody() is what the document says of a webhook", async () => {
  await using kese = await openTestKese();
  const { body: document } = await send(kese, "GET /openapi.json");
  const { webhooks, components } = document;
  const { requestBody } = resolveOperation(document, webhooks.payment.post);
  const { schema } = requestBody.content["application/json"];
  assertEquals(schema.$ref, "#/components/schemas/Event");
  const type = resolve(document, components.schemas.Event.properties.type);
  assertEquals(Object.keys(webhooks).length, type.enum.length);
  await createUser(kese, "1");
  const account = { filo: FLEET, userNo: "1" };
  const { entries: [entry] } = await kese.dependencies.journal.list(account, { limit: 1 });
  assert(entry);
  assertEquals(Object.keys(toEventBody({ account, entry })), components.schemas.Event.required);
});
