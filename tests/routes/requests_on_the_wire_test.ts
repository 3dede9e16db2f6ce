import { assert, assertEquals, assertMatch } from "@std/assert";
import { connect, type OutgoingHttpHeaders } from "node:http2";
import { readBearerToken } from "../../routes/http/authenticate.ts";
import { assertProblem, balanceOf, countEntries, sendWell } from "../support/answers.ts";
import {
  createUser,
  FLEET,
  FLEET_KEY,
  openTestKese,
  send,
  type TestKese,
} from "../support/kese.ts";
import { COMPUTED_ENOUGH_MILLISECONDS, computedMilliseconds } from "../support/computed_time.ts";
import { connectRaw } from "../support/raw_client.ts";

const PAY = "/kart-saklamali-odeme";
const CREDENTIALS = { filo: FLEET, authorization: `Bearer ${FLEET_KEY}` };

/** Kese as it is served, with user 1 and a payment of 10. */
async function onTheWire(test: (kese: TestKese, url: string) => Promise<void>): Promise<void> {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  await sendWell(kese, `POST ${PAY}?userNo=1&amount=10`);
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, kese.fetch);
  try {
    await test(kese, `http://127.0.0.1:${server.addr.port}`);
  } finally {
    await server.shutdown();
  }
}

/** Sends lines as they are and gives status and body of the answer. */
async function sendLines(
  url: string,
  lines: readonly string[],
  body = "",
): Promise<readonly [number, string]> {
  const client = await connectRaw(url);
  await client.send([...lines, "Connection: close", "", body].join("\r\n"));
  let answer = "";
  for (let part; (part = await client.receive()) !== undefined;) answer += part;
  client.close();
  const [, status] = /^HTTP\/1\.1 (\d{3})/.exec(answer) ?? [];
  return [Number(status), answer.split("\r\n\r\n").slice(1).join("\r\n\r\n")];
}

/** Sends one request over HTTP/2 without any header but those that are given. */
function sendHttp2(
  url: string,
  headers: OutgoingHttpHeaders,
  body?: string,
  // deno-lint-ignore no-explicit-any -- a test says what it expects of the body by comparing it
): Promise<readonly [number, any]> {
  const session = connect(url);
  return new Promise<readonly [number, unknown]>((resolve, reject) => {
    const stream = session.request({ ...CREDENTIALS, ...headers });
    let status = 0;
    let text = "";
    session.on("error", reject);
    stream.on("error", reject);
    stream.on("response", (answered) => (status = Number(answered[":status"])));
    stream.on("data", (part) => (text += part));
    stream.on("end", () => resolve([status, text === "" ? null : JSON.parse(text)]));
    stream.end(body);
  }).finally(() => session.close());
}

Deno.test("createApp() reads a body that HTTP/2 does not announce, and does without one", () =>
  onTheWire(async (kese, url) => {
    const refund = { ":method": "POST", ":path": "/iade?userNo=1" };
    // Without a type it is no JSON, but it is there: nothing may be refunded as if it were not.
    const [status, refused] = await sendHttp2(url, refund, '{"amount":"1.00"}');
    assertEquals([status, refused.code], [415, "unsupported_media_type"]);
    assertEquals(await balanceOf(kese, "1"), "90.00");
    const typed = { ...refund, "content-type": "application/json" };
    const [, refunded] = await sendHttp2(url, typed, '{"amount":"1.00"}');
    assertEquals([refunded.amount, refunded.balance], ["1.00", "91.00"]);
    const pay = { ":method": "POST", ":path": `${PAY}?userNo=1&amount=2` };
    assertEquals((await sendHttp2(url, pay))[1].balance, "89.00");
    const show = { ":method": "GET", ":path": "/bakiye?userNo=1" };
    assertEquals((await sendHttp2(url, show))[1].balance, "89.00");
  }));

Deno.test("createApp() reads a body of HTTP/2 with a Host header, which makes it look like HTTP/1.1", () =>
  onTheWire(async (kese, url) => {
    const host = new URL(url).host;
    const hold = await sendWell(kese, "POST /provizyon?userNo=1&amount=20");
    const tries = [
      ["/iade?userNo=1", '{"amount":"1.00"}'],
      ["/iade?userNo=1&amount=1", '{"paymentId":"another"}'],
      [`/provizyon/${hold.body.holdId}/tahsilat?userNo=1`, '{"amount":"1.00"}'],
      [`/provizyon/${hold.body.holdId}/iptal`, '{"userNo":"2"}'],
      ["/update_balance?userNo=1&balance=1", '{"cardId":"another"}'],
    ] as const;
    for (const [path, body] of tries) {
      const request = { ":method": "POST", ":path": path, host };
      const [status, refused] = await sendHttp2(url, request, body);
      assertEquals([status, refused.code], [415, "unsupported_media_type"], path);
    }
    assertEquals(await balanceOf(kese, "1"), "90.00");
    const refund = { ":method": "POST", ":path": "/iade?userNo=1", host };
    const typed = { ...refund, "content-type": "application/json" };
    assertEquals((await sendHttp2(url, typed, '{"amount":"1.00"}'))[1].balance, "91.00");
    assertEquals((await sendHttp2(url, refund))[1].balance, "100.00");
  }));

Deno.test("createApp() lets the request target alone choose route and parameters, never Host", () =>
  onTheWire(async (kese, url) => {
    const hosts = [
      "x/openapi.json#",
      "x/openapi.json",
      "x?userNo=1&amount=1&a=",
      `x${PAY}?userNo=1&amount=5&description=`,
      "u@x",
      "x\\y",
      "x y",
      "x%2f",
      "é",
    ];
    const credentials = [`Filo: ${FLEET}`, `Authorization: Bearer ${FLEET_KEY}`];
    for (const host of hosts) {
      for (const target of ["/health/live", PAY]) {
        const method = target === PAY ? "POST" : "GET";
        const lines = [`${method} ${target} HTTP/1.1`, `Host: ${host}`, ...credentials];
        const [status, body] = await sendLines(url, lines);
        assertEquals([host, status], [host, 400]);
        // Deno itself refuses some of them, without a body.
        if (body !== "") assertMatch(body, /"code":"malformed_request"/);
      }
    }
    const targets = [
      ["http://x?userNo=1 HTTP/1.1", 400],
      ["/health/live#/bakiye HTTP/1.1", 400],
      ["http://other/health/live HTTP/1.1", 200],
      ["/health/live HTTP/1.1", 200],
    ] as const;
    for (const [target, expected] of targets) {
      const [status] = await sendLines(url, [`GET ${target}`, "Host: x", ...credentials]);
      assertEquals([target, status], [target, expected]);
    }
    for (const host of ["kese.example:5000", "[::1]:5000", "127.0.0.1"]) {
      const lines = ["GET /bakiye?userNo=1 HTTP/1.1", `Host: ${host}`, ...credentials];
      assertEquals((await sendLines(url, lines))[0], 200);
    }
    const [status] = await sendHttp2(url, {
      ":method": "POST",
      ":path": PAY,
      ":authority": "x",
      host: `x${PAY}?userNo=1&amount=5&description=`,
    }, "{}");
    assertEquals(status, 400);
    assertEquals(await countEntries(kese, "1", "payment"), 1);
  }));

Deno.test("createApp() refuses a header that it reads when it comes twice, or joined by a proxy", () =>
  onTheWire(async (kese, url) => {
    const well = {
      Filo: FLEET,
      Authorization: `Bearer ${FLEET_KEY}`,
      "Idempotency-Key": "K",
      "Content-Type": "application/json",
    };
    const json = '{"userNo":"1","amount":"1"}';
    const pay = (headers: readonly (readonly [string, string])[]) =>
      sendLines(url, [
        `POST ${PAY} HTTP/1.1`,
        "Host: x",
        `Content-Length: ${json.length}`,
        ...headers.map(([name, value]) => `${name}: ${value}`),
      ], json);
    for (const [name, value] of Object.entries(well)) {
      const others = Object.entries(well).filter(([other]) => other !== name);
      const twice = [[[name, value], [name.toLowerCase(), value]], [[name, `${value}, ${value}`]], [
        [name, `${value},${value}`],
      ]] as const;
      for (const both of twice) {
        const [status, body] = await pay([...others, ...both]);
        assertEquals([name, status, JSON.parse(body).code], [name, 400, "conflicting_headers"]);
        assertEquals(JSON.parse(body).header, name);
      }
    }
    assertEquals((await pay(Object.entries({ ...well, "Idempotency-Key": '"K", "K"' })))[0], 400);
    assertEquals(await countEntries(kese, "1", "payment"), 1);
    assertEquals((await pay(Object.entries(well)))[0], 201);
    assertEquals((await pay(Object.entries({ ...well, "Idempotency-Key": '"K"' })))[0], 201);
    assertEquals(await countEntries(kese, "1", "payment"), 2);
    // A comma within quotes is the key's own.
    assertEquals((await pay(Object.entries({ ...well, "Idempotency-Key": '"K, K"' })))[0], 201);
    assertEquals(await countEntries(kese, "1", "payment"), 3);
    const signIn = ["POST /authenticate_first_route HTTP/1.1", "Host: x", `Filo: ${FLEET}`];
    for (const [line, header] of [["userNo: 1", "userNo"], [`Filo: ${FLEET}`, "Filo"]]) {
      const [status, body] = await sendLines(url, [...signIn, "userNo: 1", line ?? ""]);
      assertEquals([status, JSON.parse(body).header], [400, header]);
    }
  }));

Deno.test("createApp() takes no compressed body, and says so", () =>
  onTheWire(async (kese) => {
    const json = { userNo: "1", amount: "1" };
    for (const coding of ["gzip", "br", "identity, gzip"]) {
      const headers = { "content-encoding": coding };
      const answer = await send(kese, `POST ${PAY}`, { json, headers });
      assertProblem(answer, 415, "unsupported_media_type");
      assertEquals(answer.headers.get("accept-encoding"), "identity");
    }
    const plain = { "content-type": "text/plain" };
    const wrongType = await send(kese, `POST ${PAY}`, { json, headers: plain });
    assertEquals(wrongType.headers.get("accept-encoding"), null);
    const headers = { "content-encoding": "Identity" };
    assertEquals((await send(kese, `POST ${PAY}`, { json, headers })).status, 201);
  }));

Deno.test("createApp() refuses a GET with a body, which would not be heard", () =>
  onTheWire(async (_kese, url) => {
    const lines = [
      "GET /islemler?userNo=1 HTTP/1.1",
      "Host: x",
      `Filo: ${FLEET}`,
      `Authorization: Bearer ${FLEET_KEY}`,
    ];
    const [status, body] = await sendLines(url, [...lines, "Content-Length: 11"], '{"limit":1}');
    assertEquals([status, JSON.parse(body).code], [400, "malformed_request"]);
    assertEquals((await sendLines(url, [...lines, "Content-Length: 0"]))[0], 200);
  }));

Deno.test("readBearerToken() takes no token that is longer than any of ours", () => {
  const token = (length: number) =>
    readBearerToken(new Headers({ authorization: `Bearer ${"x".repeat(length)}` }))?.length;
  assertEquals([1, 67, 512, 513, 60_000].map(token), [1, 67, 512, undefined, undefined]);
});

/** The milliseconds that this thread computes for one request, which is to be refused. */
async function computedFor(ask: () => Promise<{ readonly status: number }>): Promise<number> {
  const start = computedMilliseconds();
  let count = 0;
  for (; computedMilliseconds() - start < COMPUTED_ENOUGH_MILLISECONDS; count++) {
    const { status } = await ask();
    assert(status >= 400 && status < 500, `${status}`);
  }
  return (computedMilliseconds() - start) / count;
}

/** What a stranger may send, by its size: each once cost more than its size deserves. */
const COSTLY: readonly (readonly [string, (size: number) => readonly [string, unknown?]])[] = [
  ["a long value in the URL", (size) => [`?Filo=hergele&userNo=${"0-".repeat(size / 2)}`]],
  ["a long name twice", (size) => {
    const name = "0-".repeat(size / 4);
    return [`?${name}=1&${name}=2`];
  }],
  ["many names", (size) => [`?${"a&".repeat(size / 2)}`]],
  ["many escapes", (size) => [`?${"%61".repeat(size / 3)}`]],
  ["a long value", (size) => ["", { Filo: "hergele", userNo: "0-".repeat(size / 2) }]],
  ["a long name", (size) => ["", { ["0-".repeat(size / 2)]: 1 }]],
  ["many members", (size) => [
    "",
    Object.fromEntries(Array.from({ length: size / 10 }, (_, place) => [`a${place}`, 1])),
  ]],
];

for (const [what, request] of COSTLY) {
  Deno.test(`createApp() spends on ${what} no more than its size deserves`, async () => {
    await using kese = await openTestKese();
    const [small, large] = request(8_000)[0] === "" ? [4_000, 16_000] : [8_000, 64_000];
    const time = (size: number) => {
      const [query, json] = request(size);
      const line = `POST /authenticate_first_route${query}`;
      return computedFor(() => send(kese, line, { bearer: null, filo: null, json }));
    };
    await time(small);
    const [first, second] = [await time(small), await time(large)];
    assert(second < 10, `${large} bytes took ${second} ms`);
    // Linear, with twice that for what the collection of garbage adds to it.
    assert(second < Math.max(2 * first * (large / small), 1), `${first} ms, then ${second} ms`);
  });
}
