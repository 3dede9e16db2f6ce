import { assert, assertEquals } from "@std/assert";
import { ORDER_SEARCH_PAGES, PAGE_SCAN_MAX } from "../../domain/limits.ts";
import { refundOrder } from "../../domain/workflows/refunds.ts";
import type { Store } from "../../infra/store.ts";
import {
  assertAddsUp,
  assertProblem,
  assertReplays,
  countEntries,
  sendWell,
} from "../support/answers.ts";
import { createTestClock } from "../support/clock.ts";
import {
  type Answer,
  createUser,
  openTestKese,
  send,
  signIn,
  type TestKese,
} from "../support/kese.ts";
import { openTestMongoStore } from "../support/mongo_store.ts";
import { withMongo } from "../support/services.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

/** Registers a test of two processes on one store; user 1 has 100.00. */
function onBothStores(
  name: string,
  test: (first: TestKese, second: TestKese) => Promise<void>,
): void {
  const run = async (open: () => Store) => {
    const clock = createTestClock();
    await using first = await openTestKese({ clock, store: open() });
    await using second = await openTestKese({ clock, store: open() });
    await createUser(first, "1");
    await test(first, second);
  };
  Deno.test(`SQLite: ${name}`, () => withTemporaryFile(({ open }) => run(open)));
  withMongo(`MongoDB: ${name}`, (_uri, dbName) => run(() => openTestMongoStore(dbName)));
}

async function pay(kese: TestKese, orderId?: string, userNo = "1"): Promise<string> {
  const json = { userNo, amount: "10", ...(orderId && { orderId }) };
  return (await sendWell(kese, "POST /kart-saklamali-odeme", { json })).body.paymentId;
}

function refund(kese: TestKese, more: object, key?: string): Promise<Answer> {
  const headers = key === undefined ? {} : { "idempotency-key": key };
  return send(kese, "POST /iade", { json: { userNo: "1", ...more }, headers });
}

onBothStores(
  "POST /iade finds the payment of an orderId, newest or not, and repeats itself",
  async (
    first,
    second,
  ) => {
    const older = await pay(first, "ride-1");
    const newer = await pay(first, "ride-2");
    await pay(second);
    const ride = { orderId: "ride-1", amount: "4", reason: "Kilit açılmadı" };
    const answer = await refund(second, ride, "k");
    assertEquals([answer.status, answer.body.paymentId, answer.body.amount], [201, older, "4.00"]);
    // Another payment of that order makes a new refund unclear, and leaves the repeat as it was.
    const another = await pay(first, "ride-1");
    assertReplays(await refund(first, ride, "k"), answer);
    const reused = { ...ride, orderId: "ride-2" };
    assertProblem(await refund(first, reused, "k"), 422, "idempotency_key_reused");
    const withoutOrder = { amount: "4", reason: "Kilit açılmadı" };
    assertProblem(await refund(first, withoutOrder, "k"), 422, "idempotency_key_reused");
    assertProblem(await refund(second, { orderId: "ride-1" }), 409, "ambiguous_order", {
      paymentIds: [another, older],
    });
    assertEquals((await send(first, "POST /iade?userNo=1&orderId=ride-2")).body.paymentId, newer);
    assertProblem(await refund(first, { orderId: "ride-2" }), 409, "already_refunded", {
      paymentId: newer,
    });
    assertEquals(await assertAddsUp(first, "1"), "74.00");
  },
);

onBothStores("POST /iade knows no order of nobody or of somebody else, and no session's", async (
  kese,
) => {
  await createUser(kese, "2");
  await pay(kese, "ride-2", "2");
  assertProblem(await refund(kese, { orderId: "ride-2" }), 404, "payment_not_found");
  await pay(kese, "ride-1");
  assertProblem(await refund(kese, { orderId: "ride-2" }), 404, "payment_not_found");
  assertProblem(await refund(kese, { userNo: "9", orderId: "ride-1" }), 404, "user_not_found");
  const bearer = await signIn(kese, "1");
  const json = { userNo: "1", orderId: "ride-1" };
  assertProblem(await send(kese, "POST /iade", { json, bearer }), 403, "forbidden");
  assertEquals(await countEntries(kese, "1", "refund"), 0);
});

onBothStores("POST /iade takes paymentId and orderId together if they are of one payment", async (
  kese,
) => {
  const paymentId = await pay(kese, "ride-1");
  await pay(kese, "ride-1");
  const plain = await pay(kese);
  for (const orderId of ["ride-2", "ride-1"]) {
    const named = orderId === "ride-2" ? paymentId : plain;
    const answer = await refund(kese, { paymentId: named, orderId });
    assertProblem(answer, 400, "conflicting_parameters");
  }
  const unknown = await refund(kese, { paymentId: "pay_unknown", orderId: "ride-1" });
  assertProblem(unknown, 404, "payment_not_found");
  const answer = await refund(kese, { paymentId, orderId: "ride-1" }, "k");
  assertEquals(answer.body.paymentId, paymentId);
  assertReplays(await refund(kese, { paymentId, orderId: "ride-1" }, "k"), answer);
});

onBothStores("POST /iade by an orderId sees a payment that comes while it searches", async (
  first,
  second,
) => {
  const paymentId = await pay(first, "ride-1");
  const { accounts, journal } = first.dependencies;
  let later = "";
  const ports = {
    accounts,
    journal: {
      list: async (...asked: Parameters<typeof journal.list>) => {
        const page = await journal.list(...asked);
        later ||= await pay(second, "ride-1");
        return page;
      },
    },
  };
  const command = { entryId: "ref_1", at: first.clock.now(), requestId: "r", by: "fleet" } as const;
  const outcome = await refundOrder(ports, { filo: "hergele", userNo: "1" }, {
    ...command,
    orderId: "ride-1",
  });
  assertEquals<unknown>(outcome, {
    outcome: "rejected",
    rejection: { code: "ambiguous_order", paymentIds: [later, paymentId] },
  });
});

onBothStores("POST /iade by an orderId gives back once, however many ask at two processes", async (
  first,
  second,
) => {
  await pay(first, "ride-1");
  const asked = Array.from(
    { length: 20 },
    (_, place) => refund(place % 2 ? first : second, { orderId: "ride-1" }),
  );
  const others = Array.from({ length: 4 }, () => pay(first, "ride-2"));
  const statuses = (await Promise.all(asked)).map(({ status, body }) => [status, body.code]);
  await Promise.all(others);
  assertEquals(statuses.filter(([status]) => status === 201).length, 1);
  const refusals = new Set(statuses.filter(([status]) => status !== 201).map(([, code]) => code));
  refusals.delete("busy");
  assertEquals(refusals, new Set(["already_refunded"]));
  assertEquals(await assertAddsUp(first, "1"), "60.00");
});

Deno.test("refundOrder() searches a bounded way, and says when it cannot tell", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const paymentId = await pay(kese, "ride-1");
  const { accounts, journal } = kese.dependencies;
  const command = { entryId: "ref_1", at: kese.clock.now(), requestId: "r", by: "fleet" } as const;
  for (const found of [[], [paymentId]]) {
    let pages = 0;
    const longer: typeof journal.list = async (id, options) => {
      const { entries } = await journal.list(id, { limit: options.limit });
      const shown = entries.filter(({ id }) => pages === 0 && found.includes(id));
      return { entries: shown, nextBeforeSeq: 1_000_000 - ++pages * PAGE_SCAN_MAX };
    };
    const ports = { accounts, journal: { list: longer } };
    const id = { filo: "hergele", userNo: "1" };
    const outcome = await refundOrder(ports, id, { ...command, orderId: "ride-1" });
    assert(outcome.outcome === "rejected");
    const named = found.length > 0 ? { paymentIds: found } : {};
    assertEquals<unknown>(outcome.rejection, { code: "ambiguous_order", ...named });
    assertEquals(pages, ORDER_SEARCH_PAGES);
  }
});
