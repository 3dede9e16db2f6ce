import { assertEquals, assertLess, assertRejects } from "@std/assert";
import type { LookupFunction } from "node:net";
import { createPoster, type PostAnswer, TargetRefusedError } from "../../../infra/webhooks/post.ts";
import { refuseTarget } from "../../../infra/webhooks/target.ts";

const POSTING = { headers: { "content-type": "application/json" }, text: '{"a":1}' };

/** A receiver on this machine that answers each connection as the test says. */
async function withReceiver(
  answer: (request: Request) => Response | Promise<Response>,
  test: (url: string) => Promise<void>,
): Promise<void> {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, answer);
  try {
    await test(`http://127.0.0.1:${server.addr.port}/events?a=1`);
  } finally {
    await server.shutdown();
  }
}

async function post(url: string, timeoutMilliseconds = 2_000): Promise<PostAnswer> {
  const poster = createPoster({ mode: "development", timeoutMilliseconds, connections: 2 });
  try {
    return await poster.post({ ...POSTING, url });
  } finally {
    poster.close();
  }
}

/** A resolver that leads every name to that address. */
function leadingTo(address: string): LookupFunction {
  return (_name, options, done) => {
    const family = address.includes(":") ? 6 : 4;
    return options.all ? done(null, [{ address, family }]) : done(null, address, family);
  };
}

Deno.test("post() sends the text with its headers, and gives the status of the answer", async () => {
  const seen: unknown[] = [];
  await withReceiver(async (request) => {
    const { pathname, search } = new URL(request.url);
    seen.push(request.method, pathname + search, request.headers.get("content-type"));
    seen.push(await request.text());
    return new Response("thank you", { status: 202 });
  }, async (url) => assertEquals(await post(url), { status: 202 }));
  assertEquals(seen, ["POST", "/events?a=1", "application/json", '{"a":1}']);
});

Deno.test("post() follows no redirect", async () => {
  let asked = 0;
  await withReceiver(() => {
    asked++;
    return new Response(null, { status: 307, headers: { location: "/elsewhere" } });
  }, async (url) => assertEquals(await post(url), { status: 307 }));
  assertEquals(asked, 1);
});

Deno.test("post() gives how long a receiver asks to be left alone", async () => {
  const busy = () => new Response(null, { status: 503, headers: { "retry-after": "120" } });
  await withReceiver(busy, async (url) => {
    assertEquals(await post(url), { status: 503, retryAfter: "120" });
  });
});

Deno.test("post() reads no more of an answer than a little", async () => {
  const endless = () =>
    new Response(
      new ReadableStream({ pull: (stream) => stream.enqueue(new Uint8Array(16_384)) }),
    );
  await withReceiver(endless, async (url) => assertEquals(await post(url), { status: 200 }));
});

Deno.test("post() gives up on a receiver that does not answer in time", async () => {
  const gate = Promise.withResolvers<Response>();
  await withReceiver(() => gate.promise, async (url) => {
    const startedAt = performance.now();
    await assertRejects(() => post(url, 100));
    assertLess(performance.now() - startedAt, 2_000);
    gate.resolve(new Response());
  });
});

Deno.test("post() takes an answer that ends half-way for none", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const accepted = (async () => {
    using connection = await listener.accept();
    await connection.read(new Uint8Array(4_096));
    const half = "HTTP/1.1 200 OK\r\ncontent-length: 100\r\n\r\nhalf";
    await connection.write(new TextEncoder().encode(half));
  })();
  await assertRejects(() => post(`http://127.0.0.1:${listener.addr.port}/`));
  await accepted;
});

Deno.test("post() rejects when nobody listens", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  await assertRejects(() => post(`http://127.0.0.1:${port}/`));
});

for (const address of ["10.0.0.1", "127.0.0.1", "169.254.169.254", "::1", "fd00::1"]) {
  Deno.test(`post() connects to no name that leads to ${address}`, async () => {
    for (const mode of ["production", "development"] as const) {
      const options = { timeoutMilliseconds: 1_000, connections: 1, lookUp: leadingTo(address) };
      const poster = createPoster({ mode, ...options });
      const url = "https://fleet.example/events";
      await assertRejects(() => poster.post({ ...POSTING, url }), TargetRefusedError, "private");
      poster.close();
    }
  });
}

Deno.test("refuseTarget() wants https and a public address, or this machine in development", () => {
  const table = [
    ["https://fleet.example/events", undefined, undefined],
    ["https://93.184.216.34/", undefined, undefined],
    ["http://fleet.example/events", "must be https", "must be https"],
    ["ftp://fleet.example/", "must be https", "must be https"],
    ["no address", "must be a URL", "must be a URL"],
    [
      "https://user:password@fleet.example/",
      "must not hold a user or a password",
      "must not hold a user or a password",
    ],
    ["https://10.0.0.1/", "must be a public address", "must be a public address"],
    ["https://[fd00::1]/", "must be a public address", "must be a public address"],
    ["https://0x7f000001/", "must not be on this machine", undefined],
    ["https://[::ffff:7f00:1]/", "must not be on this machine", undefined],
    ["https://localhost/", "must not be on this machine", undefined],
    ["http://127.0.0.1:3000/events", "must be https", undefined],
  ] as const;
  for (const [url, production, development] of table) {
    assertEquals(refuseTarget(url, "production"), production, url);
    assertEquals(refuseTarget(url, "development"), development, url);
  }
});
