import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  REDIS_BACK_OFF_MILLISECONDS,
  RedisUnavailableError,
} from "../../../infra/redis/connection.ts";
import {
  type ScriptedUpstash,
  type UpstashAnswer,
  withoutUpstash,
  withUpstash,
} from "../../support/scripted_upstash.ts";

const SECRET = "5555444433332222";

function increment({ redis }: ScriptedUpstash): Promise<number> {
  return redis.run((client) => client.incr(SECRET));
}

async function faultOf(upstash: ScriptedUpstash): Promise<string> {
  return (await assertRejects(() => increment(upstash), RedisUnavailableError)).fault;
}

const BROKEN: Readonly<Record<string, { readonly answer: UpstashAnswer; readonly fault: string }>> =
  {
    "a server error": {
      answer: Response.json({ error: `ERR ${SECRET}` }, { status: 500 }),
      fault: "error_answer",
    },
    "a refused token": {
      answer: Response.json({ error: "Unauthorized" }, { status: 401 }),
      fault: "error_answer",
    },
    "a page of a proxy": {
      answer: new Response(`<html>${SECRET}</html>`, { status: 502 }),
      fault: "error_answer",
    },
    "a page that claims success": { answer: new Response("<html>"), fault: "error_answer" },
    "an error of the command": {
      answer: Response.json({ error: `WRONGTYPE ${SECRET}` }),
      fault: "error_answer",
    },
    "an answer without a result": { answer: Response.json({}), fault: "unreachable" },
    "no answer": { answer: "none", fault: "timed_out" },
  };

for (const [what, { answer, fault }] of Object.entries(BROKEN)) {
  Deno.test(`run() ends soon and with one word for ${what}, and asks once`, () =>
    withUpstash(() => answer, async (upstash) => {
      assertEquals(await faultOf(upstash), fault);
      assertEquals(upstash.commands, [["incr", SECRET]]);
      assertEquals(upstash.lines.length, 1);
      assert(!upstash.lines.join("").includes(SECRET));
    }));
}

Deno.test("run() ends soon when nobody listens", () =>
  withoutUpstash(async (upstash) => {
    assertEquals(await faultOf(upstash), "unreachable");
  }));

Deno.test("run() sends a command once when its answer is lost: it may have been counted", async () => {
  let arrived = 0;
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const losing = (async () => {
    for await (const connection of listener) {
      arrived++;
      await connection.read(new Uint8Array(10_000));
      connection.close();
    }
  })();
  await withoutUpstash(async (upstash) => {
    assertEquals(await faultOf(upstash), "unreachable");
    assertEquals(arrived, 1);
  }, listener.addr.port);
  listener.close();
  await losing;
});

Deno.test("run() does not ask for a while after a fault, then lets one find out", () => {
  let answer: UpstashAnswer = Response.json({}, { status: 500 });
  return withUpstash(() => answer, async (upstash) => {
    const { clock, commands, lines } = upstash;
    assertEquals(await faultOf(upstash), "error_answer");
    clock.advance(REDIS_BACK_OFF_MILLISECONDS - 1);
    assertEquals(await faultOf(upstash), "backing_off");
    assertEquals(commands.length, 1);
    clock.advance(1);
    answer = "none";
    const several = await Promise.all([faultOf(upstash), faultOf(upstash), faultOf(upstash)]);
    assertEquals(several.toSorted(), ["backing_off", "backing_off", "timed_out"]);
    assertEquals(commands.length, 2);
    // Still the same trouble: nothing new to say.
    assertEquals(lines.length, 1);
    clock.advance(REDIS_BACK_OFF_MILLISECONDS);
    answer = { result: 3 };
    assertEquals(await increment(upstash), 3);
    assertEquals(await increment(upstash), 3);
    assertEquals(lines.map((line) => JSON.parse(line).event), [
      "redis_unavailable",
      "redis_available",
    ]);
  });
});

Deno.test("run() asks again when the clock was set back", () => {
  let answer: UpstashAnswer = Response.json({}, { status: 500 });
  return withUpstash(() => answer, async (upstash) => {
    await faultOf(upstash);
    upstash.clock.advance(-60 * 60 * 1_000);
    answer = { result: 1 };
    assertEquals(await increment(upstash), 1);
  });
});

Deno.test("run() sends each command as one request, and tells Upstash nothing about this machine", () =>
  withUpstash(() => ({ result: "17" }), async (upstash) => {
    const { redis, commands, lastHeaders } = upstash;
    const ask = () => redis.run((client) => client.get("key"));
    // A text stays a text, even one that reads like a number.
    assertEquals(await Promise.all([ask(), ask()]), ["17", "17"]);
    assertEquals(commands, [["get", "key"], ["get", "key"]]);
    const names = [...lastHeaders()?.keys() ?? []];
    assertEquals(names.filter((name) => name.startsWith("upstash-")), []);
    assertEquals(lastHeaders()?.get("authorization"), "Bearer token-of-the-tests");
  }));
