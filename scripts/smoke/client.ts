/** Which Kese to ask, and as which fleet. */
export interface Target {
  readonly url: string;
  readonly fleet: string;
  readonly fleetKey: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // deno-lint-ignore no-explicit-any -- a check says what it expects of the body
  readonly body: any;
}

interface Sending {
  readonly json?: unknown;
  /** In place of `json`: what a browser posts. */
  readonly form?: Readonly<Record<string, string>>;
  /** The Idempotency-Key. */
  readonly key?: string;
  /** The fleet's key by default; null sends no credentials. */
  readonly bearer?: string | null;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends `"GET /bakiye?userNo=1"`. */
export type Send = (line: string, sending?: Sending) => Promise<Answer>;

/** Longer than Kese's own limits let any request take. */
const DEADLINE_MILLISECONDS = 20_000;

/** Creates a sender to the target; `onAsked` is called for every request, as `GET /bakiye`. */
export function createSend(
  { url, fleet, fleetKey }: Target,
  onAsked: (request: string) => void,
): Send {
  return async (line, { json, form, key, bearer = fleetKey, headers = {} } = {}) => {
    const [method = "GET", path = "/"] = line.split(" ");
    onAsked(`${method} ${path.split("?")[0]}`);
    const response = await fetch(url + path, {
      method,
      // Followed, a redirected POST would become a GET.
      redirect: "manual",
      signal: AbortSignal.timeout(DEADLINE_MILLISECONDS),
      headers: {
        ...(bearer === fleetKey && { filo: fleet }),
        ...(bearer !== null && { authorization: `Bearer ${bearer}` }),
        ...(key !== undefined && { "idempotency-key": key }),
        ...(json !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: form ? new URLSearchParams(form) : json === undefined ? null : JSON.stringify(json),
    });
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, body: parse(text) };
  };
}

/** Parses JSON. Other text stays as it is, such as that of a proxy that answers instead of Kese. */
function parse(text: string): unknown {
  try {
    return text === "" ? null : JSON.parse(text);
  } catch {
    return text;
  }
}

/** Fails unless the answer has the status and, in its body, these values. */
export function expectAnswer(
  answer: Answer,
  status: number,
  values: Readonly<Record<string, unknown>> = {},
): void {
  const said = answer.text.slice(0, 300);
  if (answer.status !== status) {
    throw new Error(`the status is ${answer.status}, must be ${status}: ${said}`);
  }
  for (const [name, value] of Object.entries(values)) {
    expectEqual(name, answer.body?.[name], value);
  }
}

/** Fails unless the answer is a problem (RFC 9457) of that code. */
export function expectProblem(answer: Answer, status: number, code: string): void {
  expectAnswer(answer, status, { code, status, type: `urn:kese:problem:${code}` });
  expectEqual("content-type", answer.headers.get("content-type"), "application/problem+json");
  expectEqual("requestId", answer.body.requestId, answer.headers.get("x-request-id"));
}

/** Fails unless the second answer equals the first, byte for byte, and is marked as a replay. */
export function expectReplay(second: Answer, first: Answer): void {
  expectEqual("status", second.status, first.status);
  expectEqual("body", second.text, first.text);
  expectEqual("idempotent-replayed", second.headers.get("idempotent-replayed"), "true");
}

export function expectEqual(name: string, value: unknown, expected: unknown): void {
  const [is, must] = [JSON.stringify(value), JSON.stringify(expected)];
  if (is !== must) throw new Error(`${name} is ${is}, must be ${must}`);
}
