/** Sends one request: `fetch`, or what stands in for it. */
export type Fetch = (request: Request) => Promise<Response>;

/** How long and how often a request is tried. */
export interface Retrying {
  /** Tries in all. Default 4. */
  readonly attempts?: number;
  /** How long one try may take to its first byte, in milliseconds. Default 30,000: a gateway may take 15,000. */
  readonly timeoutMilliseconds?: number;
  /**
   * The longest pause between two tries, in milliseconds. Default 10,000. An answer that asks for a longer
   * one is given back at once, for the caller to decide.
   */
  readonly longestPauseMilliseconds?: number;
  /** How to send a request. Default: the `fetch` of the platform. */
  readonly fetch?: Fetch;
  /** How to wait. Default: with a timer, until the request's signal ends it. */
  readonly pause?: (milliseconds: number, signal: AbortSignal) => Promise<void>;
  /** Between 0 and 1. Default: `Math.random`. */
  readonly random?: () => number;
}

/** Kese's promise under these codes is that nothing has happened. */
const NOTHING_HAPPENED: readonly unknown[] = ["busy", "rate_limited"];
const FIRST_PAUSE_MILLISECONDS = 250;

/**
 * Makes a `fetch` that tries again where that is safe. What reads, and what carries an Idempotency-Key, is
 * repeated when no answer came, when Kese says that the outcome is unknown, and when something on the way
 * has failed: the same key does nothing twice. Anything else only when Kese says that nothing has happened.
 */
export function createRetryingFetch(retrying: Retrying = {}): Fetch {
  const { attempts = 4, longestPauseMilliseconds = 10_000, pause = pauseFor } = retrying;
  const { random = Math.random } = retrying;
  return async (request) => {
    for (let attempt = 1;; attempt++) {
      const isLast = attempt >= attempts;
      // A copy, because a body can be sent only once.
      const outcome = await tryOnce(request.clone(), retrying);
      if (isLast || !await mayRepeat(request, outcome)) return unwrap(outcome);
      const milliseconds = readRetryAfter(outcome) ??
        backOff(attempt, random());
      if (milliseconds > longestPauseMilliseconds) return unwrap(outcome);
      if ("response" in outcome) await outcome.response.body?.cancel();
      await pause(milliseconds, request.signal);
    }
  };
}

type Outcome = { readonly response: Response } | { readonly error: unknown };

function unwrap(outcome: Outcome): Response {
  if ("response" in outcome) return outcome.response;
  throw outcome.error;
}

async function tryOnce(
  request: Request,
  { fetch: send = fetch, timeoutMilliseconds = 30_000 }: Retrying,
): Promise<Outcome> {
  const late = new AbortController();
  // Only until the headers are here: an export may take as long as it has lines.
  const timer = setTimeout(
    () =>
      late.abort(
        new DOMException("Kese did not answer in time", "TimeoutError"),
      ),
    timeoutMilliseconds,
  );
  try {
    const signal = AbortSignal.any([request.signal, late.signal]);
    return { response: await send(new Request(request, { signal })) };
  } catch (error) {
    return { error };
  } finally {
    clearTimeout(timer);
  }
}

async function mayRepeat(request: Request, outcome: Outcome): Promise<boolean> {
  if (request.signal.aborted) return false;
  const isHarmless = request.method === "GET" ||
    request.headers.has("Idempotency-Key");
  if ("error" in outcome) return isHarmless;
  const { status } = outcome.response;
  if (![429, 502, 503, 504].includes(status)) return false;
  const code = await readCode(outcome.response.clone());
  if (NOTHING_HAPPENED.includes(code)) return true;
  // Without a code of Kese's the answer is from something on the way.
  return isHarmless &&
    (code === "outcome_unknown" || (code === undefined && status !== 429));
}

/** The code of a problem; undefined if the answer is none of Kese's. */
async function readCode(response: Response): Promise<unknown> {
  if (!response.headers.get("content-type")?.includes("json")) {
    await response.body?.cancel();
    return undefined;
  }
  const body: unknown = await response.json().catch(() => null);
  return typeof body === "object" && body !== null && "code" in body ? body.code : undefined;
}

function readRetryAfter(outcome: Outcome): number | undefined {
  const text = "response" in outcome ? outcome.response.headers.get("retry-after") : null;
  return text !== null && /^\d{1,6}$/.test(text) ? Number(text) * 1_000 : undefined;
}

/** Twice as long each time, and never at the same moment as every other client. */
function backOff(attempt: number, random: number): number {
  return FIRST_PAUSE_MILLISECONDS * 2 ** (attempt - 1) * (0.5 + random / 2);
}

function pauseFor(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", end);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", end, { once: true });
  });
}
