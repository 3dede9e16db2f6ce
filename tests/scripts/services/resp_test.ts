import { assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  connectToRedis,
  RedisError,
  type Reply,
  ReplyReader,
} from "../../../scripts/services/resp.ts";

const encode = (text: string) => new TextEncoder().encode(text);

/** A reader of a text that arrives in pieces of so many bytes. */
function readerOf(text: string, pieceLength: number): ReplyReader {
  const bytes = encode(text);
  const pieces = Array.from(
    { length: Math.ceil(bytes.length / pieceLength) },
    (_, place) => bytes.slice(place * pieceLength, (place + 1) * pieceLength),
  );
  return new ReplyReader(ReadableStream.from(pieces).getReader());
}

Deno.test("ReplyReader reads every kind of reply, wherever the stream is cut", async () => {
  const cases: readonly [string, Reply][] = [
    ["+OK\r\n", encode("OK")],
    [":-12\r\n", -12],
    ["$-1\r\n", null],
    ["$0\r\n\r\n", encode("")],
    ["$6\r\nö\r\n\r\n\r\n", encode("ö\r\n\r\n")],
    ["*-1\r\n", null],
    ["*0\r\n", []],
    ["*3\r\n:1\r\n*1\r\n$1\r\na\r\n$-1\r\n", [1, [encode("a")], null]],
  ];
  const text = cases.map(([reply]) => reply).join("");
  for (const pieceLength of [1, 2, 3, 7, 1_000]) {
    const reader = readerOf(text, pieceLength);
    for (const [wire, reply] of cases) assertEquals(await reader.read(), reply, wire);
  }
});

Deno.test("ReplyReader gives a refusal as a value", async () => {
  const refusal = await readerOf("-ERR no such thing\r\n", 3).read();
  assertInstanceOf(refusal, RedisError);
  assertEquals(refusal.message, "ERR no such thing");
});

Deno.test("ReplyReader rejects when the connection ends within a reply", async () => {
  await assertRejects(() => readerOf("$5\r\nab", 3).read(), Error, "has ended");
  await assertRejects(() => readerOf("!5\r\n", 3).read(), Error, "it begins with !5");
});

Deno.test("connectToRedis() sends commands by their length in bytes, and keeps callers apart", async () => {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const redis = await connectToRedis(listener.addr.port);
  using server = await listener.accept();
  const first = redis.send([["SET", "a", "ö\r\n"], ["GET", "a"]]);
  const second = redis.send([["PING"]]);

  const buffer = new Uint8Array(1_000);
  const length = await server.read(buffer) ?? 0;
  assertEquals(
    new TextDecoder().decode(buffer.slice(0, length)),
    "*3\r\n$3\r\nSET\r\n$1\r\na\r\n$4\r\nö\r\n\r\n*2\r\n$3\r\nGET\r\n$1\r\na\r\n",
  );
  await server.write(encode("+OK\r\n$4\r\nö\r\n\r\n+PONG\r\n"));
  assertEquals(await first, [encode("OK"), encode("ö\r\n")]);
  assertEquals(await second, [encode("PONG")]);
  redis.close();
});
