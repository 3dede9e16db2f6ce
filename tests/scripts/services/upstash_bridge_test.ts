import { assertEquals, assertMatch, assertRejects } from "@std/assert";
import { Redis } from "@upstash/redis";
import { type TestRedis, withRedis } from "../../support/services.ts";

function connect({ url, token }: TestRedis): Redis {
  return new Redis({ url, token, enableTelemetry: false, retry: false });
}

withRedis("startUpstashBridge() keeps values of every kind", async (service) => {
  const redis = connect(service);
  const key = (name: string) => service.prefix + name;
  assertEquals(await redis.set(key("text"), "Ödeme: 10,00 ₺\r\n"), "OK");
  assertEquals(await redis.get(key("text")), "Ödeme: 10,00 ₺\r\n");
  assertEquals(await redis.set(key("ok"), "OK"), "OK");
  assertEquals(await redis.get(key("ok")), "OK");
  await redis.set(key("json"), { balance: 1_000, cards: ["a"] });
  assertEquals(await redis.get(key("json")), { balance: 1_000, cards: ["a"] });
  await redis.set(key("long"), "x".repeat(200_000));
  assertEquals((await redis.get<string>(key("long")))?.length, 200_000);
  assertEquals(await redis.get(key("none")), null);
  assertEquals(await redis.mget(key("ok"), key("none")), ["OK", null]);
});

withRedis("startUpstashBridge() counts and lets expire", async (service) => {
  const redis = connect(service);
  const key = `${service.prefix}counter`;
  assertEquals(await redis.incr(key), 1);
  assertEquals(await redis.incrby(key, 9), 10);
  assertEquals(await redis.ttl(key), -1);
  assertEquals(await redis.expire(key, 60), 1);
  assertEquals(await redis.ttl(key), 60);
  assertEquals(await redis.set(key, "1", { nx: true }), null);
});

withRedis("startUpstashBridge() runs scripts", async (service) => {
  const redis = connect(service);
  const keys = [`${service.prefix}script`];
  const script =
    `redis.call("SET", KEYS[1], ARGV[1]); return {redis.call("GET", KEYS[1]), 2, "OK"}`;
  assertEquals(await redis.eval(script, keys, ["one"]), ["one", 2, "OK"]);
  // evalsha first, then eval when Redis does not know it: by the text of the error.
  const known = redis.createScript<string>(`return "${service.prefix}" .. ARGV[1]`);
  assertEquals(await known.exec([], ["!"]), `${service.prefix}!`);
});

withRedis("startUpstashBridge() answers each command of a pipeline", async (service) => {
  const redis = connect(service);
  const key = `${service.prefix}pipeline`;
  const pipeline = redis.pipeline().set(key, "text").lpush(key, "no list").get(key);
  const answers = await pipeline.exec({ keepErrors: true });
  assertEquals(answers.map(({ result }) => result), ["OK", undefined, "text"]);
  assertMatch(answers[1].error ?? "", /^WRONGTYPE /);
  // The client gathers by itself what is asked for at one moment.
  const automatic = [redis.get(key), redis.exists(key), redis.strlen(key)];
  assertEquals(await Promise.all(automatic), ["text", 1, 4]);
});

withRedis(
  "startUpstashBridge() runs a transaction without another's commands in between",
  async (service) => {
    const redis = connect(service);
    const key = `${service.prefix}multi`;
    const rounds = Array.from({ length: 50 }, () => redis.multi().incr(key).decr(key).exec());
    for (const answers of await Promise.all(rounds)) assertEquals(answers, [1, 0]);
  },
);

withRedis(
  "startUpstashBridge() answers a transaction that Redis refuses with an error",
  async (service) => {
    const redis = connect(service);
    const transaction = redis.multi().set(`${service.prefix}a`, "1");
    transaction.eval("this is no script", [], []);
    await assertRejects(() => transaction.exec(), Error, "ERR");
    await assertRejects(
      () => post(service, "/multi-exec", [["set"]]).then(raise),
      Error,
      "EXECABORT",
    );
    assertEquals(await redis.exists(`${service.prefix}b`), 0);
  },
);

withRedis("startUpstashBridge() encodes when it is asked to, and only then", async (service) => {
  const key = `${service.prefix}encoded`;
  assertEquals(await read(post(service, "/", ["SET", key, "ö"])), [200, { result: "OK" }]);
  assertEquals(await read(post(service, "/", ["GET", key])), [200, { result: "ö" }]);
  const encoded = { "upstash-encoding": "base64" };
  assertEquals(await read(post(service, "/", ["GET", key], encoded)), [200, { result: "w7Y=" }]);
  assertEquals(await read(post(service, "/", ["MGET", key, "-"], encoded)), [200, {
    result: ["w7Y=", null],
  }]);
});

withRedis("startUpstashBridge() refuses who has not its token", async (service) => {
  for (const authorization of ["", "Bearer wrong", service.token]) {
    const [status, body] = await read(post(service, "/", ["PING"], { authorization }));
    assertEquals([status, body], [401, { error: "WRONGPASS invalid or missing auth token" }]);
  }
  const stranger = new Redis({ url: service.url, token: "wrong", retry: false });
  await assertRejects(() => stranger.get("a"), Error, "WRONGPASS");
});

withRedis("startUpstashBridge() answers what it cannot do with an error", async (service) => {
  const cases: readonly [path: string, body: unknown, status: number, error: RegExp][] = [
    ["/", ["NO_SUCH_COMMAND"], 400, /^ERR unknown command/],
    ["/", ["multi"], 400, /^ERR Command is not available: 'multi'/],
    ["/", [], 400, /^ERR /],
    ["/", "PING", 400, /^ERR /],
    ["/pipeline", ["PING"], 400, /^ERR /],
    ["/nowhere", ["PING"], 404, /^ERR /],
  ];
  for (const [path, body, status, error] of cases) {
    const answer = await read(post(service, path, body));
    assertEquals(answer[0], status, JSON.stringify([path, body, answer]));
    assertMatch(answer[1].error, error);
  }
});

function post(
  { url, token }: TestRedis,
  path: string,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<Response> {
  return fetch(url + path, {
    method: "POST",
    headers: { authorization: `Bearer ${token}`, ...headers },
    body: JSON.stringify(body),
  });
}

// deno-lint-ignore no-explicit-any -- a test says what it expects of the body by comparing it
async function read(answer: Promise<Response>): Promise<[status: number, body: any]> {
  const response = await answer;
  return [response.status, await response.json()];
}

async function raise(response: Response): Promise<void> {
  const { error } = await response.json();
  if (error !== undefined) throw new Error(error);
}
