/** Receives what a program sends to an OpenTelemetry collector. */
export interface OtlpReceiver extends AsyncDisposable {
  /** The variables by which a Deno sends it all that it measured, when it ends. */
  readonly variables: Readonly<Record<string, string>>;
  /** Each export as it was sent: traces, metrics and logs. */
  readonly exports: readonly object[];
}

/** Receives on loopback. */
export function startOtlpReceiver(): OtlpReceiver {
  const exports: object[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    exports.push(await request.json());
    return Response.json({});
  });
  return {
    variables: {
      OTEL_DENO: "true",
      OTEL_EXPORTER_OTLP_ENDPOINT: `http://127.0.0.1:${server.addr.port}`,
      OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
      // Longer than a test: a Deno that ends in the middle of an export was seen to hang.
      OTEL_METRIC_EXPORT_INTERVAL: "600000",
      OTEL_BSP_SCHEDULE_DELAY: "600000",
    },
    exports,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

interface Attribute {
  readonly key: string;
  readonly value: Readonly<Record<string, unknown>>;
}

/** What is looked at of a span and of a metric's point. */
export interface Exported {
  readonly name?: string;
  readonly attributes?: readonly Attribute[];
  readonly scopeMetrics?: unknown;
}

/** Every object in what was exported, at any depth. */
export function* listObjects(value: unknown): Generator<Exported> {
  if (typeof value !== "object" || value === null) return;
  yield value;
  for (const inner of Object.values(value)) yield* listObjects(inner);
}

/** What docs/observability.md tells a collector to drop. */
const DROPPED = ["url.full", "url.path", "url.query"];

/** All that leaves a collector, without times and random ids, which may hold any digits. */
export function toText(exports: readonly object[]): string {
  return JSON.stringify(exports, (key, value) => {
    if (/UnixNano$|^(traceId|spanId|parentSpanId)$/.test(key) || isDuration(value)) {
      return undefined;
    }
    return DROPPED.includes(value?.key) ? undefined : value;
  });
}

/** Whether a number is finer than an amount of money. */
function isDuration(value: unknown): boolean {
  return typeof value === "number" && value !== Number(value.toFixed(2));
}

export function attributesOf({ attributes = [] }: Exported): Record<string, unknown> {
  return Object.fromEntries(attributes.map(({ key, value }) => [key, Object.values(value)[0]]));
}
