import { assert, assertEquals, assertGreaterOrEqual, assertLess } from "@std/assert";
import { type DelayProxy, startDelayProxy } from "../../../scripts/services/delay_proxy.ts";

/** Sends every byte back. */
function startEcho() {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const ended: Promise<void>[] = [];
  const accepting = (async () => {
    for await (const client of listener) {
      ended.push(client.readable.pipeTo(client.writable).catch(() => {}));
    }
  })();
  return {
    target: { hostname: listener.addr.hostname, port: listener.addr.port },
    close: async () => {
      listener.close();
      await accepting;
      await Promise.all(ended);
    },
  };
}

function proxyTest(
  name: string,
  test: (proxy: DelayProxy) => Promise<void>,
  delayMilliseconds = 50,
): void {
  Deno.test(name, async () => {
    const echo = startEcho();
    const proxy = startDelayProxy({ target: echo.target, delayMilliseconds });
    await test(proxy).finally(async () => {
      await proxy.close();
      await echo.close();
    });
  });
}

/** Reads so many bytes, or fewer when the other side ends. */
async function read(connection: Deno.TcpConn, length: number): Promise<Uint8Array> {
  const all = new Uint8Array(length);
  let filled = 0;
  while (filled < length) {
    const count = await connection.read(all.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return all.subarray(0, filled);
}

async function roundTrip(connection: Deno.TcpConn): Promise<number> {
  const begun = performance.now();
  await connection.write(new Uint8Array([1]));
  assertEquals(await read(connection, 1), new Uint8Array([1]));
  return performance.now() - begun;
}

proxyTest("startDelayProxy() adds its delay to each round trip", async (proxy) => {
  using connection = await Deno.connect(proxy);
  for (let trip = 0; trip < 3; trip++) assertGreaterOrEqual(await roundTrip(connection), 49);
});

proxyTest(
  "startDelayProxy() delays what is on its way together, and keeps its order",
  async (proxy) => {
    using connection = await Deno.connect(proxy);
    const sent = Uint8Array.from({ length: 200_000 }, (_, place) => place % 251);
    const begun = performance.now();
    const sending = (async () => {
      for (let from = 0; from < sent.length; from += 2_000) {
        let part = sent.subarray(from, from + 2_000);
        while (part.length > 0) part = part.subarray(await connection.write(part));
      }
    })();
    assertEquals(await read(connection, sent.length), sent);
    await sending;
    // A hundred pieces, each delayed by itself, would take five seconds.
    assertLess(performance.now() - begun, 1_000);
  },
);

proxyTest("startDelayProxy() ends a connection when its other side does", async (proxy) => {
  using connection = await Deno.connect(proxy);
  await connection.write(new Uint8Array([1]));
  await connection.closeWrite();
  assertEquals((await read(connection, 2)).length, 1);
}, 0);

proxyTest(
  "swallow() silences a connection for good, and letThrough() serves new ones",
  async (proxy) => {
    using lost = await Deno.connect(proxy);
    await roundTrip(lost);
    proxy.swallow("everything");
    await lost.write(new Uint8Array([2]));
    using late = await Deno.connect(proxy);
    await late.write(new Uint8Array([3]));
    await late.closeWrite();
    assertEquals((await read(late, 1)).length, 0);
    proxy.letThrough();
    using other = await Deno.connect(proxy);
    await roundTrip(other);
    await lost.write(new Uint8Array([4]));
    await lost.closeWrite();
    assertEquals((await read(lost, 1)).length, 0);
  },
  0,
);

Deno.test("swallow() of answers lets the question through", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = { hostname: listener.addr.hostname, port: listener.addr.port };
  const proxy = startDelayProxy({ target, delayMilliseconds: 0 });
  using client = await Deno.connect(proxy);
  using server = await listener.accept();
  await client.write(new Uint8Array([6]));
  assertEquals(await read(server, 1), new Uint8Array([6]));
  proxy.swallow("answers");
  await client.write(new Uint8Array([7]));
  assertEquals(await read(server, 1), new Uint8Array([7]));
  await server.write(new Uint8Array([8]));
  await server.closeWrite();
  assertEquals((await read(client, 1)).length, 0);
  listener.close();
  await proxy.close();
});

Deno.test("startDelayProxy() refuses a client whose server does not listen", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const target = { hostname: listener.addr.hostname, port: listener.addr.port };
  listener.close();
  const proxy = startDelayProxy({ target, delayMilliseconds: 0 });
  using client = await Deno.connect(proxy);
  assert(await client.read(new Uint8Array(1)).catch(() => null) === null);
  await proxy.close();
});
