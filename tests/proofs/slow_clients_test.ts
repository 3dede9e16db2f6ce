/**
 * Clients that are slow, silent or strange, over real sockets on `Deno.serve` as in main.ts: while they
 * are connected, others are answered in bounded time. docs/deployment.md says what Deno does by itself.
 *
 * @module
 */

import { assertEquals, assertLess, assertMatch, assertStringIncludes } from "@std/assert";
import { pause } from "../../infra/process/clock.ts";
import { journalOf } from "../support/answers.ts";
import {
  createUser,
  FLEET,
  FLEET_KEY,
  FLEETS,
  openTestKese,
  type TestKese,
} from "../support/kese.ts";
import { startMain } from "../support/process.ts";
import { connectRaw, type RawClient } from "../support/raw_client.ts";

/** What an answer may take at worst; on an idle machine it takes a millisecond or two. */
const ANSWER_MILLISECONDS = 1_500;
const HEADERS = `Host: kese\r\nFilo: ${FLEET}\r\nAuthorization: Bearer ${FLEET_KEY}\r\n`;
const GET_BALANCE = `GET /bakiye?userNo=1 HTTP/1.1\r\n${HEADERS}\r\n`;
const PAY = `POST /kart-saklamali-odeme HTTP/1.1\r\n${HEADERS}Content-Type: application/json\r\n`;

/** Connections that do nothing. Each takes a descriptor in this process and one in Kese's. */
const IDLE_CONNECTIONS = 3_000;

interface Scene {
  readonly kese: TestKese;
  /** Connects; the connection is closed after the test. */
  connect(): Promise<RawClient>;
  connectMany(count: number): Promise<readonly RawClient[]>;
}

async function onStage(test: (scene: Scene) => Promise<void>): Promise<void> {
  await using kese = await openTestKese();
  await createUser(kese, "1");
  const { fetch } = kese;
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, fetch);
  const url = `http://127.0.0.1:${server.addr.port}`;
  const clients = createClients(url);
  try {
    await test({ kese, ...clients });
  } finally {
    clients.closeAll();
    await server.shutdown();
  }
}

function createClients(url: string) {
  const clients: RawClient[] = [];
  const connect = async (): Promise<RawClient> => {
    const client = await connectRaw(url);
    clients.push(client);
    return client;
  };
  return {
    connect,
    connectMany: async (count: number): Promise<readonly RawClient[]> => {
      const connected: RawClient[] = [];
      while (connected.length < count) connected.push(await connect());
      return connected;
    },
    closeAll: () => {
      for (const client of clients) client.close();
    },
  };
}

/** Payments and reads, one after the other, two on each connection: every one is answered in time. */
async function assertOthersAreAnswered({ connect }: Pick<Scene, "connect">): Promise<void> {
  for (let count = 0; count < 20; count++) {
    const client = await connect();
    const body = JSON.stringify({ userNo: "1", amount: "0.01" });
    const described = `${HEADERS}Content-Type: application/json\r\nContent-Length: ${body.length}`;
    const payment = `POST /kart-saklamali-odeme HTTP/1.1\r\n${described}\r\n\r\n${body}`;
    for (const [request, status] of [[payment, "201"], [GET_BALANCE, "200"]] as const) {
      const start = performance.now();
      await client.send(request);
      assertStringIncludes(await client.receive() ?? "closed", `HTTP/1.1 ${status} `);
      assertLess(performance.now() - start, ANSWER_MILLISECONDS);
    }
  }
}

Deno.test("Deno.serve waits for headers that come a byte at a time, and Kese answers others meanwhile", () =>
  onStage(async (scene) => {
    const stuck = await scene.connectMany(100);
    for (const client of stuck) await client.send("GET /bakiye?userNo=1 HTT");
    const slow = await scene.connect();
    const sending = (async () => {
      for (const byte of GET_BALANCE) {
        await slow.send(byte);
        await pause(1);
      }
    })();
    await assertOthersAreAnswered(scene);
    await sending;
    assertStringIncludes(await slow.receive() ?? "closed", "HTTP/1.1 200 ");
  }));

Deno.test("Kese refuses a body that never ends once its time is over, and answers others meanwhile", () =>
  onStage(async (scene) => {
    const announced = await scene.connectMany(50);
    for (const client of announced) await client.send(`${PAY}Content-Length: 100\r\n\r\n{"userNo`);
    const chunked = await scene.connectMany(50);
    for (const client of chunked) {
      await client.send(`${PAY}Transfer-Encoding: chunked\r\n\r\n5\r\n{"use\r\n`);
    }
    await assertOthersAreAnswered(scene);
    for (const client of [...announced, ...chunked]) {
      const answer = await client.receive() ?? "closed";
      assertStringIncludes(answer, "HTTP/1.1 400 ");
      assertStringIncludes(answer, '"code":"malformed_request"');
    }
    const [late] = announced;
    await late?.send('":"1","amount":"50.00"}'.padEnd(92));
    await assertOthersAreAnswered(scene);
    const amounts = (await journalOf(scene.kese, "1")).map(({ amount }) => amount);
    assertEquals(amounts.includes("50.00"), false);
  }));

Deno.test("Kese answers others while clients do not read what they asked for", () =>
  onStage(async (scene) => {
    const readers = await scene.connectMany(20);
    // Far more answers than the buffers of a connection hold: the server has to stop in the middle.
    let sentAll = 0;
    const flood = Promise.all(readers.map(async (client) => {
      for (let count = 0; count < 50_000; count++) {
        if (!await client.send("GET /openapi.json HTTP/1.1\r\nHost: kese\r\n\r\n")) return;
      }
      sentAll++;
    }));
    await assertOthersAreAnswered(scene);
    assertEquals(sentAll, 0, "the server reads no more of what it cannot answer");
    for (const client of readers) client.close();
    await flood;
    await assertOthersAreAnswered(scene);
  }));

const TOO_LARGE: readonly (readonly [what: string, request: string])[] = [
  ["a header of 64 KiB", `GET / HTTP/1.1\r\nX-Large: ${"x".repeat(64 * 1024)}\r\n\r\n`],
  ["a header of 1 MiB", `GET / HTTP/1.1\r\nX-Large: ${"x".repeat(1024 * 1024)}\r\n\r\n`],
  ["a URL of 64 KiB", `GET /${"x".repeat(64 * 1024)} HTTP/1.1\r\n\r\n`],
  ["two hundred headers", `GET / HTTP/1.1\r\n${"X-Many: x\r\n".repeat(200)}\r\n`],
  ["bytes that are not HTTP", "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n"],
  ["two lengths", "POST /iade HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}"],
  [
    "a length together with chunks",
    "POST /iade HTTP/1.1\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
  ],
];

for (const [what, request] of TOO_LARGE) {
  Deno.test(`Deno.serve refuses ${what} and closes the connection, and Kese answers others`, () =>
    onStage(async (scene) => {
      const client = await scene.connect();
      const sending = client.send(request);
      const answer = await client.receive();
      // A client that is still sending when the answer leaves may only see the connection closed.
      if (answer !== undefined) assertMatch(answer, /^HTTP\/1\.1 4(00|31) /);
      await sending;
      assertEquals(answer && await client.receive(), undefined);
      await assertOthersAreAnswered(scene);
    }));
}

Deno.test("Kese answers a client that has ended its sending, and forgets one that is gone", () =>
  onStage(async (scene) => {
    const halfOpen = await scene.connect();
    await halfOpen.send(GET_BALANCE);
    await halfOpen.endSending();
    assertStringIncludes(await halfOpen.receive() ?? "closed", "HTTP/1.1 200 ");

    const broken = await scene.connect();
    await broken.send(`${PAY}Content-Length: 100\r\n\r\n{"userNo":"1"`);
    await broken.endSending();
    assertStringIncludes(await broken.receive() ?? "closed", "HTTP/1.1 400 ");

    for (const client of await scene.connectMany(200)) {
      await client.send(`${PAY}Content-Length: 100\r\n\r\n{"userNo":"1"`);
      client.close();
    }
    await assertOthersAreAnswered(scene);
  }));

Deno.test(`main.ts answers others while ${IDLE_CONNECTIONS} connections are idle`, async () => {
  const variables = { KESE_ENV: "development", PORT: "0", SQLITE_PATH: ":memory:", ...FLEETS };
  await using running = startMain(variables);
  const url = await running.url;
  await createUser(url, "1");
  const clients = createClients(url);
  const live = `GET /health/live HTTP/1.1\r\n${HEADERS}\r\n`;
  const idle = await clients.connectMany(IDLE_CONNECTIONS);
  // Half of them have been used, as a browser's are, and are used once more in the end.
  const used = idle.slice(0, IDLE_CONNECTIONS / 2);
  for (const client of used) {
    await client.send(live);
    assertStringIncludes(await client.receive() ?? "closed", "HTTP/1.1 200 ");
  }
  await assertOthersAreAnswered(clients);
  for (const client of used) {
    await client.send(live);
    assertStringIncludes(await client.receive() ?? "closed", "HTTP/1.1 200 ");
  }
  clients.closeAll();
  running.kill("SIGTERM");
  assertEquals(await running.ended, 0);
});
