import { assert, assertEquals, assertRejects } from "@std/assert";
import { createRetryingFetch, type Retrying } from "../../client/src/retries.ts";

const KEYED = {
  method: "POST",
  headers: { "Idempotency-Key": "k" },
  body: '{"amount":"1"}',
};
const UNKEYED = { method: "POST", body: '{"userNo":"1"}' };
const READ = { method: "GET" };

function problem(
  status: number,
  code: string,
  headers: Record<string, string> = {},
): Response {
  return Response.json({ code, status, requestId: "r" }, {
    status,
    headers: { "content-type": "application/problem+json", ...headers },
  });
}

const PAID = () => Response.json({ paymentId: "pay_1" }, { status: 201 });
const LOST = () => {
  throw new TypeError("connection closed");
};
const BUSY = () => problem(503, "busy", { "retry-after": "1" });
const UNKNOWN = () => problem(503, "outcome_unknown", { "retry-after": "1" });
const PROXY = () => new Response("<h1>Bad gateway</h1>", { status: 502 });
const LIMITED = (seconds: number) => () =>
  problem(429, "rate_limited", { "retry-after": String(seconds) });

/** Sends a request to something that answers in this order, the last answer indefinitely. */
async function run(
  init: RequestInit,
  answers: readonly (() => Response)[],
  options: Retrying = {},
): Promise<
  {
    readonly outcome: string;
    readonly pauses: number[];
    readonly bodies: string[];
  }
> {
  const pauses: number[] = [];
  const bodies: string[] = [];
  const send = createRetryingFetch({
    random: () => 0,
    pause: (milliseconds) => Promise.resolve(void pauses.push(milliseconds)),
    fetch: async (request) => {
      bodies.push(await request.text());
      return (answers[bodies.length - 1] ?? answers.at(-1) ?? PAID)();
    },
    ...options,
  });
  try {
    const response = await send(new Request("http://kese.example/", init));
    const body = response.headers.get("content-type")?.includes("json")
      ? await response.json()
      : await response.text();
    return {
      outcome: `${response.status} ${body.code ?? ""}`.trim(),
      pauses,
      bodies,
    };
  } catch (error) {
    return {
      outcome: error instanceof Error ? error.message : String(error),
      pauses,
      bodies,
    };
  }
}

const CASES: readonly (readonly [
  string,
  RequestInit,
  readonly (() => Response)[],
  { readonly outcome: string; readonly pauses: number[] },
])[] = [
  ["a write with a key whose answer was lost", KEYED, [LOST, PAID], {
    outcome: "201",
    pauses: [125],
  }],
  ["a read whose answer was lost, twice as long each time", READ, [
    LOST,
    LOST,
    PAID,
  ], {
    outcome: "201",
    pauses: [125, 250],
  }],
  ["a write with a key whose outcome is unknown", KEYED, [UNKNOWN, PAID], {
    outcome: "201",
    pauses: [1_000],
  }],
  ["a write with a key that something on the way answered", KEYED, [
    PROXY,
    PAID,
  ], {
    outcome: "201",
    pauses: [125],
  }],
  ["anything that found Kese busy, after the time it asks for", UNKEYED, [
    BUSY,
    PAID,
  ], {
    outcome: "201",
    pauses: [1_000],
  }],
  ["anything that passed a limit, after the time it asks for", UNKEYED, [
    LIMITED(7),
    PAID,
  ], {
    outcome: "201",
    pauses: [7_000],
  }],
];

for (const [what, init, answers, expected] of CASES) {
  Deno.test(`createRetryingFetch() repeats ${what}`, async () => {
    const { outcome, pauses, bodies } = await run(init, answers);
    assertEquals({ outcome, pauses }, expected);
    assertEquals(bodies, bodies.map(() => init.body ?? ""));
  });
}

for (
  const [what, init, answers, outcome] of [
    [
      "a write without a key whose answer was lost",
      UNKEYED,
      [LOST],
      "connection closed",
    ],
    [
      "a write without a key whose outcome is unknown",
      UNKEYED,
      [UNKNOWN],
      "503 outcome_unknown",
    ],
    ["a write without a key that something on the way answered", UNKEYED, [
      PROXY,
    ], "502"],
    [
      "what asks for a longer pause than it may take",
      KEYED,
      [LIMITED(900)],
      "429 rate_limited",
    ],
    [
      "a refusal",
      KEYED,
      [() => problem(402, "insufficient_balance")],
      "402 insufficient_balance",
    ],
    [
      "a fault of Kese's",
      KEYED,
      [() => problem(500, "internal")],
      "500 internal",
    ],
    ["a state that time does not change", KEYED, [
      () => problem(503, "code_delivery_unavailable"),
    ], "503 code_delivery_unavailable"],
  ] as const
) {
  Deno.test(`createRetryingFetch() does not repeat ${what}`, async () => {
    const done = await run(init, answers);
    assertEquals([done.outcome, done.pauses], [outcome, []]);
  });
}

Deno.test("createRetryingFetch() gives up after four tries, with the last answer", async () => {
  const { outcome, bodies } = await run(KEYED, [BUSY]);
  assertEquals([outcome, bodies.length], ["503 busy", 4]);
});

Deno.test("createRetryingFetch() repeats what does not answer in time", async () => {
  let tries = 0;
  const send = createRetryingFetch({
    timeoutMilliseconds: 1,
    pause: () => Promise.resolve(),
    fetch: ({ signal }) => {
      if (++tries > 1) return Promise.resolve(PAID());
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => reject(signal.reason));
      });
    },
  });
  const { status } = await send(new Request("http://kese.example/", KEYED));
  assertEquals([status, tries], [201, 2]);
});

Deno.test("createRetryingFetch() stops waiting when its caller does", async () => {
  const stopping = new AbortController();
  const send = createRetryingFetch({
    fetch: () => {
      queueMicrotask(() => setTimeout(() => stopping.abort(new Error("gone home"))));
      return Promise.resolve(BUSY());
    },
  });
  const { signal } = stopping;
  const error = await assertRejects(() =>
    send(new Request("http://kese.example/", { ...KEYED, signal }))
  );
  assert(
    error instanceof Error && error.message === "gone home",
    String(error),
  );
});
