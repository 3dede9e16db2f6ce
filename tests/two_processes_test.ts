import { assertEquals, assertGreater, assertNotEquals } from "@std/assert";
import { onBothStores, randomKey } from "./support/both_stores.ts";
import { proveJournal, type ShownEntry } from "./support/answers.ts";
import { lira } from "./support/amounts.ts";
import { type Answer, createUser, FLEETS, send, signIn } from "./support/kese.ts";
import { type Payment, payTo, sendWhileBusy } from "./support/payments.ts";
import { type Running, startMain } from "./support/process.ts";

/** Two processes of main.ts on one store. */
interface Pair {
  readonly running: readonly [Running, Running];
  readonly urls: readonly [string, string];
}

const USERS = 10;
const PAYMENTS_PER_USER = 50;
const TRIES_FOR_ONE_BALANCE = 100;
const HOT_CLIENTS = 16;
const HOT_PAYMENTS_PER_CLIENT = 25;
const LOAD_CLIENTS = 16;
const LOAD_USERS = 4;
const PAYMENTS_BEFORE_KILL = 200;
const PAYMENTS_IN_ALL = 600;

/** Starts both, one after the other: the first loads the sample users. */
async function withPair(
  variables: Readonly<Record<string, string>>,
  test: (pair: Pair) => Promise<void>,
): Promise<void> {
  // Given, because each process would make keys of its own.
  const secrets = { CARD_KEYS: `test:${randomKey()}`, CARD_FINGERPRINT_KEY: randomKey() };
  const own = { KESE_ENV: "development", PORT: "0", ...FLEETS, ...secrets, ...variables };
  await using first = startMain(own);
  const firstUrl = await first.url;
  await using second = startMain(own);
  await test({ running: [first, second], urls: [firstUrl, await second.url] });
}

function times<T>(count: number, make: (place: number) => T): T[] {
  return Array.from({ length: count }, (_, place) => make(place));
}

/** The status and code of every answer, counted: `{ "201": 1, "402 insufficient_balance": 99 }`. */
function countAnswers(answers: readonly Answer[]): Record<string, number> {
  const names = answers.map(({ status, body }) => [status, body?.code ?? []].flat().join(" "));
  const groups = Map.groupBy(names, (name) => name);
  return Object.fromEntries([...groups].map(([name, { length }]) => [name, length]));
}

/** What is sent again and again, under keys of that name. */
interface Repeated {
  readonly name: string;
  readonly json?: object;
}

/** A payment that must succeed; gives its id. */
async function payWell(url: string, payment: Payment): Promise<string> {
  const { status, body, text } = await payTo(url, payment);
  assertEquals(
    [status, body.amount, body.orderId],
    [201, lira(payment.amountKurus), payment.key],
    text,
  );
  return body.paymentId;
}

function ofType(entries: readonly ShownEntry[], type: string): readonly ShownEntry[] {
  return entries.filter((entry) => entry.type === type);
}

/** Refunds a payment at both processes at once, under different keys: exactly one of them may. */
async function refundAtBoth(urls: Pair["urls"], userNo: string, paymentId: string): Promise<void> {
  const answers = await Promise.all(urls.map((url, place) =>
    sendWhileBusy(url, "POST /iade", {
      json: { userNo, paymentId },
      key: `${paymentId}-${place}`,
    })
  ));
  assertEquals(countAnswers(answers), { "201": 1, "409 already_refunded": 1 });
}

onBothStores(
  "500 payments, each refunded at two processes at once, have 500 refunds",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      const userNos = times(USERS, (place) => `rider-${place}`);
      await Promise.all(userNos.map(async (userNo, place) => {
        await createUser(urls[place % 2] ?? "", userNo, "1000.00");
        const paymentIds = await Promise.all(times(PAYMENTS_PER_USER, (round) => {
          const key = `${userNo}-${round}`;
          return payWell(urls[round % 2] ?? "", { userNo, amountKurus: 1 + round, key });
        }));
        await Promise.all(paymentIds.map((paymentId) => refundAtBoth(urls, userNo, paymentId)));
      }));
      let refunds = 0;
      for (const userNo of userNos) {
        const entries = await proveJournal(urls, userNo);
        const refunded = ofType(entries, "refund").map(({ paymentId }) => paymentId);
        const paid = ofType(entries, "payment").map(({ id }) => id);
        assertEquals(refunded.toSorted(), paid.toSorted());
        assertEquals(entries.at(-1)?.balanceAfter, lira(100_000));
        refunds += refunded.length;
      }
      assertEquals(refunds, USERS * PAYMENTS_PER_USER);
    }),
);

onBothStores(
  "POST /kart-saklamali-odeme spends a balance for one payment once in 100 tries at two processes",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      await createUser(urls[0], "rider", "10.00");
      const answers = await Promise.all(times(TRIES_FOR_ONE_BALANCE, (place) =>
        payTo(urls[place % 2] ?? "", {
          userNo: "rider",
          amountKurus: 1_000,
          key: `try-${place}`,
        })));
      assertEquals(countAnswers(answers), {
        "201": 1,
        "402 insufficient_balance": TRIES_FOR_ONE_BALANCE - 1,
      });
      const entries = await proveJournal(urls, "rider");
      assertEquals(
        entries.map(({ type }) =>
          type
        ),
        ["account_opened", "payment"],
      );
    }),
);

onBothStores(
  "Idempotency-Key at two processes at once is one payment and one answer",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      await createUser(urls[0], "rider", "10.00");
      const payment = { userNo: "rider", amountKurus: 100, key: "the-same-key" };
      const answers = await Promise.all(
        times(TRIES_FOR_ONE_BALANCE, (place) => payTo(urls[place % 2] ?? "", payment)),
      );
      assertEquals(countAnswers(answers), { "201": TRIES_FOR_ONE_BALANCE });
      assertEquals(new Set(answers.map(({ text }) => text)).size, 1);
      assertEquals(ofType(await proveJournal(urls, "rider"), "payment").length, 1);
    }),
);

onBothStores(
  "100 captures of one hold at two processes are one payment, and a release never wins as well",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      await createUser(urls[0], "rider", "20.00");
      const hold = { userNo: "rider", amount: "1" };
      const holds = await Promise.all(times(200, (place) =>
        sendWhileBusy(urls[place % 2] ?? "", "POST /provizyon", {
          json: hold,
          key: `hold-${place}`,
        })));
      assertEquals(countAnswers(holds), { "201": 20, "402 insufficient_balance": 180 });

      const placed = holds.filter(({ status }) =>
        status === 201
      );
      const [first = "", ...others] = placed.map(({ body }) => body.holdId);
      const end = (place: number, holdId: string, how: "tahsilat" | "iptal", key?: string) => {
        const request = { json: { userNo: "rider" }, ...(key !== undefined && { key }) };
        return sendWhileBusy(urls[place % 2] ?? "", `POST /provizyon/${holdId}/${how}`, request);
      };
      // Both processes are asked under each key: of the one that won, the other repeats the answer.
      const captures = await Promise.all(
        times(100, (place) => end(place, first, "tahsilat", `capture-${place >> 1}`)),
      );
      assertEquals(countAnswers(captures), { "201": 2, "409 hold_closed": 98 });
      const isPaid = ({ status }: Answer) => status === 201;
      const [paymentId, ...more] = new Set(captures.map(({ body }) => body.paymentId));
      assertEquals(more, []);
      assertEquals(new Set(captures.filter(isPaid).map(({ text }) => text)).size, 1);
      assertEquals(
        new Set(captures.flatMap(({ body }) => body.holdStatus ?? [])),
        new Set(["captured"]),
      );

      const races = await Promise.all(others.map(async (holdId, place) => {
        const [captured, released] = await Promise.all([
          end(place, holdId, "tahsilat"),
          end(place + 1, holdId, "iptal"),
        ]);
        const loser = isPaid(captured) ? released : captured;
        assertEquals([loser.status, loser.body.holdStatus], [
          409,
          isPaid(captured) ? "captured" : "released",
        ]);
        return isPaid(captured);
      }));
      const entries = await proveJournal(urls, "rider");
      const payments = ofType(entries, "payment");
      assertEquals(payments.length, 1 + races.filter(Boolean).length);
      assertEquals(payments.filter(({ id }) => id === paymentId).length, 1);
      assertEquals(ofType(entries, "hold_released").length, 20 - payments.length);
    }),
);

onBothStores(
  "payments and support at two processes share one balance, and an account is frozen, closed and erased once",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      const userNo = "rider";
      await createUser(urls[0], userNo, "20.00");
      const atBoth = (count: number, line: string, { json, name }: Repeated) =>
        Promise.all(times(count, (place) => {
          // Both processes are asked under each key.
          const request = { json: { userNo, ...json }, key: `${name}-${place >> 1}` };
          return sendWhileBusy(urls[place % 2] ?? "", line, request);
        }));
      const taken = await Promise.all([
        atBoth(100, "POST /kart-saklamali-odeme", { name: "pay", json: { amount: "1" } }),
        atBoth(100, "POST /bakiye-duzeltme", {
          name: "fine",
          json: { amount: "1", direction: "debit", reason: "fine" },
        }),
      ]);
      const counts = countAnswers(taken.flat());
      assertEquals(counts, { "201": 40, "402 insufficient_balance": 160 }, "20, each told twice");

      const frozen = await atBoth(20, "POST /hesap/dondur", { name: "freeze" });
      assertEquals(countAnswers(frozen), { "200": 2, "409 account_frozen": 18 });
      for (const url of urls) {
        const json = { userNo, amount: "1" };
        assertEquals((await send(url, "POST /provizyon", { json })).body.code, "account_frozen");
      }
      const unfrozen = await atBoth(20, "POST /hesap/coz", { name: "unfreeze" });
      assertEquals(countAnswers(unfrozen), { "200": 2, "409 account_not_frozen": 18 });
      const closed = await atBoth(20, "POST /hesap/kapat", { name: "close" });
      assertEquals(countAnswers(closed), { "200": 2, "409 account_closed": 18 });
      const erased = await atBoth(20, "DELETE /kullanici", { name: "erase" });
      assertEquals(countAnswers(erased), { "200": 20 });

      const entries = await proveJournal(urls, userNo);
      const [payments, fines] = [ofType(entries, "payment"), ofType(entries, "adjustment")];
      assertEquals(payments.length + fines.length, 20);
      assertEquals(entries.slice(21).map(({ type }) => type), [
        ...["account_frozen", "account_unfrozen", "account_closed", "account_erased"],
      ]);
      for (const url of urls) {
        const shown = await send(url, `GET /kullanici?userNo=${userNo}`);
        assertEquals(shown.body.code, "user_not_found");
      }
    }),
);

onBothStores(
  "a session that is ended at one process is over at the other, and a new authCode counts at both",
  (variables) =>
    withPair(variables, async ({ urls: [here, there] }) => {
      const userNo = "rider";
      await createUser(here, userNo, "0.00");
      const shows = async (url: string, bearer: string) =>
        (await send(url, "GET /bakiye", { bearer, filo: null })).status;
      const ends: readonly (readonly [line: string, json: object, askersGoesOn: boolean])[] = [
        ["PUT /kullanici/auth-kodu", { authCode: "new-1", currentAuthCode: "secret-rider" }, true],
        ["DELETE /oturumlar", {}, false],
      ];
      for (const [line, json, askersGoesOn] of ends) {
        const [asking, other] = [await signIn(here, userNo), await signIn(there, userNo)];
        for (const bearer of [asking, other]) {
          assertEquals([await shows(here, bearer), await shows(there, bearer)], [200, 200]);
        }
        const done = await send(here, line, { bearer: asking, filo: null, json });
        assertEquals(done.status, 200, done.text);
        assertEquals([await shows(there, other), await shows(here, other)], [401, 401]);
        const asker = askersGoesOn ? 200 : 401;
        assertEquals([await shows(there, asking), await shows(here, asking)], [asker, asker]);
      }
      const proved = async (url: string, authCode: string) => {
        const json = { Filo: "hergele", userNo, authCode };
        return (await send(url, "POST /authenticate_first_route", { json, bearer: null })).status;
      };
      assertEquals([await proved(there, "secret-rider"), await proved(there, "new-1")], [401, 201]);
      const email = { json: { userNo, email: "Rider@Example.COM" } };
      assertEquals((await send(here, "PUT /kullanici", email)).status, 200);
      const { body } = await send(there, `GET /kullanici?userNo=${userNo}`);
      assertEquals(body.email, "Rider@example.com");
      const bearer = await signIn(there, userNo);
      assertEquals((await send(here, "POST /hesap/kapat", { json: { userNo } })).status, 200);
      assertEquals([await shows(there, bearer), await shows(here, bearer)], [401, 401]);
      assertEquals((await send(here, "DELETE /kullanici", { json: { userNo } })).status, 200);
      assertEquals(await proved(there, "new-1"), 401);
    }),
);

onBothStores(
  "POST /kart-saklamali-odeme under load from two processes adds up",
  (variables) =>
    withPair(variables, async ({ urls }) => {
      await createUser(urls[0], "rider", "1000.00");
      const paymentIds = await Promise.all(times(HOT_CLIENTS, async (client) => {
        const ids: string[] = [];
        for (let round = 0; round < HOT_PAYMENTS_PER_CLIENT; round++) {
          const key = `client-${client}-${round}`;
          const payment = { userNo: "rider", amountKurus: 1 + client % 7, key };
          ids.push(await payWell(urls[client % 2] ?? "", payment));
        }
        return ids;
      }));
      const paid = ofType(await proveJournal(urls, "rider"), "payment").map(({ id }) => id);
      assertEquals(paid.toSorted(), paymentIds.flat().toSorted());
    }),
);

onBothStores(
  "main.ts that is killed leaves nothing undone that it acknowledged",
  (variables) =>
    withPair(variables, async ({ running: [killed], urls }) => {
      const userNos = times(LOAD_USERS, (place) => `rider-${place}`);
      for (const userNo of userNos) await createUser(urls[0], userNo, "10000.00");
      const acknowledged = new Map<string, string>();
      let lost = 0;
      let isKilled = false;
      const client = async (place: number): Promise<void> => {
        // The one that is to be killed may get no turn at the file for as long as the other pays all of these.
        for (let round = 0; !isKilled || acknowledged.size < PAYMENTS_IN_ALL; round++) {
          const userNo = userNos[(place + round) % LOAD_USERS] ?? "";
          const payment = { userNo, amountKurus: 1 + round % 7, key: `client-${place}-${round}` };
          const isFirst = place % 2 === 0 && !isKilled;
          const paying = payWell(urls[isFirst ? 0 : 1], payment);
          if (isFirst && acknowledged.size >= PAYMENTS_BEFORE_KILL) {
            // This request at least is on its way to it.
            isKilled = true;
            killed.kill("SIGKILL");
          }
          const paymentId = await paying.catch((error) => {
            if (!isFirst || !(error instanceof TypeError)) throw error;
            // Its answer never came: the other process knows whether it happened.
            lost++;
            return payWell(urls[1], payment);
          });
          acknowledged.set(payment.key, paymentId);
        }
      };
      await Promise.all(times(LOAD_CLIENTS, client));
      assertNotEquals(await killed.ended, 0);
      assertGreater(lost, 0);

      const survivors = [urls[1]];
      const journals = await Promise.all(
        userNos.map((userNo) => proveJournal(survivors, userNo)),
      );
      const paid = ofType(journals.flat(), "payment").map((
        { id, orderId },
      ) => [orderId ?? "", id]);
      assertEquals(paid.toSorted(), [...acknowledged].toSorted());
      const { status } = await send(urls[1], "GET /health/ready");
      assertEquals(status, 200);
    }),
);
