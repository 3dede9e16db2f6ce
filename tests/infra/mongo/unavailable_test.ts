import { assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import {
  MongoAPIError,
  MongoError,
  MongoNetworkError,
  MongoNetworkTimeoutError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoTopologyClosedError,
} from "mongodb";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import { openMongoStore } from "../../../infra/mongo/store.ts";
import { isUnavailable, sayUnavailable } from "../../../infra/mongo/unavailable.ts";
import { SILENT } from "../../support/logs.ts";

/** An error as a server sends it. */
function sent(code: number, ...labels: string[]): MongoError {
  const error = new MongoServerError({ errmsg: `error ${code}`, code });
  for (const label of labels) error.addErrorLabel(label);
  return error;
}

class WaitQueueTimeout extends MongoError {
  override get name(): string {
    return "MongoWaitQueueTimeoutError";
  }
}

const AWAY: readonly (readonly [what: string, error: Error])[] = [
  ["a broken connection", new MongoNetworkError("connection 1 closed")],
  ["a silent connection", new MongoNetworkTimeoutError("connection 1 timed out")],
  ["no connection at all", new MongoNotConnectedError("not connected")],
  ["a closed topology", new MongoTopologyClosedError("closed")],
  ["an operation past its time", new MongoOperationTimeoutError("timed out")],
  ["no free connection in time", new WaitQueueTimeout("timed out while checking out")],
  ["a primary that stepped down", sent(189, "RetryableWriteError")],
  ["a server that shuts down", sent(91, "RetryableReadError")],
  ["a time limit of the server", sent(50)],
  ["no majority in time", sent(64)],
  ["a time limit of a shard", sent(262)],
  ["a DNS that does not answer", Object.assign(new Error("querySrv"), { syscall: "querySrv" })],
];

for (const [what, error] of AWAY) {
  Deno.test(`isUnavailable() says so of ${what}`, () => assertEquals(isUnavailable(error), true));
}

const OTHERS: readonly (readonly [what: string, error: unknown])[] = [
  ["a second document of one key", sent(11_000)],
  ["a wrong password", sent(18)],
  ["a command that is not allowed", sent(13)],
  ["a wrong use of the driver", new MongoAPIError("Cannot use a session that has ended")],
  ["a fault of ours", new TypeError("Cannot read properties of undefined")],
  ["what is no error", "away"],
  ["nothing", undefined],
];

for (const [what, error] of OTHERS) {
  Deno.test(`isUnavailable() does not say so of ${what}`, () => {
    assertEquals(isUnavailable(error), false);
  });
}

Deno.test("sayUnavailable() leaves answers and other errors as they are", async () => {
  const fault = new TypeError("a fault of ours");
  assertEquals(await sayUnavailable(() => Promise.resolve(3)), 3);
  const failure = await assertRejects(() => sayUnavailable(() => Promise.reject(fault)));
  assertEquals(failure, fault);
  const lost = new MongoNetworkError("connection 1 closed");
  const error = await assertRejects(
    () => sayUnavailable(() => Promise.reject(lost)),
    StoreUnavailableError,
  );
  assertStringIncludes(error.message, "connection 1 closed");
});

Deno.test("openMongoStore() says of every port that a server which is not there is away", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const uri = `mongodb://127.0.0.1:${(listener.addr as Deno.NetAddr).port}`;
  listener.close();
  const store = openMongoStore({ uri, dbName: "kese-test-nowhere", log: SILENT });
  const { accounts, auth, journal, vault } = store;
  const id = { filo: "hergele", userNo: "1" };
  const calls: readonly (() => unknown)[] = [
    () => accounts.load(id),
    () => accounts.list({ limit: 1 }),
    () => accounts.openTopUps({ from: 0, to: 0 }, 1),
    () => journal.list(id, { limit: 1 }),
    () => journal.find(id, "pay_1"),
    () => journal.findPayment(id, "pay_1"),
    () => auth.findSession("hash", 0),
    () => auth.takeCode(id, "hash", 0),
    () => auth.endSession("hash"),
    () => auth.count([{ policy: "codes", key: "key", limit: 1, windowSeconds: 1 }], 0),
    () => vault.get(id, "card_1"),
    () => vault.remove(id, ["card_1"]),
  ];
  await Promise.all(
    calls.map((call) => assertRejects(async () => await call(), StoreUnavailableError)),
  );
  await store.close();
});
