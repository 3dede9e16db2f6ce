import type { FakeCall, FakeCharge, FakeStep, GatewayFake } from "./fake.ts";

export interface WireRequest {
  readonly method: string;
  readonly path: string;
  readonly query: URLSearchParams;
  readonly headers: Headers;
  /** The text whose bytes arrived. */
  readonly body: string;
}

export interface WireAnswer {
  readonly status?: number;
  readonly body: string;
}

/** What a request is, and how it is carried out. */
export interface WireHandling {
  readonly call: FakeCall;
  /** Does it and answers. Gets only steps that the connection does not play itself. */
  readonly answer: (step: FakeStep) => WireAnswer;
}

/** A gateway's server: what the connection does is played here, and the rest by the fake's `handle`. */
export interface Wire extends AsyncDisposable {
  readonly url: string;
  readonly arrived: readonly FakeCall[];
  /** Every request as it came, for comparing it with an official client's. */
  readonly requests: readonly WireRequest[];
  play(call: FakeCall, ...steps: readonly FakeStep[]): void;
  /** From now on such calls get this step whenever no other one is played. */
  playAlways(call: FakeCall, step: FakeStep): void;
  /**
   * Breaks the connection off during one request that is still to come, whatever it asks for, before or
   * after it was carried out. `next` is 1 for the next one.
   *
   * @param reached Called when it has happened, and before the adapter can know.
   */
  breakOff(next: number, when: "before" | "after", reached?: () => void): void;
  /** For an adapter's `deadline`: it passes when a slow answer has been asked for, and not by time. */
  deadline(): AbortSignal;
}

/** A fake whose gateway is reached over a wire of its own. */
export interface WireFake extends GatewayFake {
  readonly url: string;
  readonly wire: Wire;
  /** What was really charged, whatever its reference. */
  everyCharge(): readonly FakeCharge[];
}

const BEFORE: ReadonlySet<FakeStep> = new Set(["lost_before", "server_error_before"]);
const AFTER: ReadonlySet<FakeStep> = new Set([
  "lost_after",
  "half_an_answer",
  "slow",
  "server_error_after",
]);

/** Whether the connection plays a step itself, so that every call of every gateway knows it. */
export function isOfConnection(step: FakeStep): boolean {
  return BEFORE.has(step) || AFTER.has(step);
}

export function openWire(handle: (request: WireRequest) => WireHandling): Wire {
  const arrived: FakeCall[] = [];
  const requests: WireRequest[] = [];
  const steps = new Map<FakeCall, FakeStep[]>();
  const usual = new Map<FakeCall, FakeStep>();
  const broken = new Map<number, { readonly when: "before" | "after"; reached(): void }>();
  const closing = Promise.withResolvers<void>();
  let deadline = new AbortController();

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      const { pathname, searchParams } = new URL(request.url);
      const received: WireRequest = {
        method: request.method,
        path: pathname,
        query: searchParams,
        headers: request.headers,
        body: await request.text(),
      };
      requests.push(received);
      const { call, answer } = handle(received);
      const breaks = broken.get(arrived.push(call));
      if (breaks?.when === "before") {
        breaks.reached();
        return breakOff();
      }
      const step = steps.get(call)?.shift() ?? usual.get(call) ?? "works";
      if (step === "lost_before") return breakOff();
      if (step === "server_error_before") return serverError();
      const { status = 200, body } = answer(isOfConnection(step) ? "works" : step);
      if (breaks) {
        breaks.reached();
        return breakOff();
      }
      switch (step) {
        case "lost_after":
          return breakOff();
        case "server_error_after":
          return serverError();
        case "half_an_answer":
          return toResponse(status, body.slice(0, body.length / 2));
        case "slow":
          deadline.abort(new DOMException("the test's deadline passed", "TimeoutError"));
          deadline = new AbortController();
          await closing.promise;
          return toResponse(status, body);
        default:
          return toResponse(status, body);
      }
    },
  );

  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    arrived,
    requests,
    play: (call, ...more) => void steps.set(call, [...steps.get(call) ?? [], ...more]),
    playAlways: (call, step) => void usual.set(call, step),
    breakOff: (next, when, reached = () => {}) =>
      void broken.set(arrived.length + next, { when, reached }),
    deadline: () => deadline.signal,
    [Symbol.asyncDispose]: async () => {
      closing.resolve();
      await server.shutdown();
    },
  };
}

function toResponse(status: number, body: string): Response {
  return new Response(body, { status, headers: { "content-type": "application/json" } });
}

/** An HTML page of a proxy, as such failures are in life. */
function serverError(): Response {
  return new Response("<html><body>502 Bad Gateway</body></html>", { status: 502 });
}

/** The connection ends before the answer does. */
function breakOff(): Response {
  const nothing = new ReadableStream({ start: (controller) => controller.close() });
  return new Response(nothing, { headers: { "content-length": "100" } });
}
