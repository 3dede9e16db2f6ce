import { findChromium } from "./chromium.ts";
import { buildFailingDisk } from "./failing_disk.ts";
import { startRedisServer } from "./redis_server.ts";
import { connectToRedis } from "./resp.ts";
import { startStripeMock } from "./stripe_mock.ts";
import { startUpstashBridge } from "./upstash_bridge.ts";
import {
  CHROMIUM,
  FAILING_DISK,
  LEFT_OUT,
  MONGODB_URI,
  readVariable,
  STRIPE_MOCK_URL,
  UPSTASH_REDIS_REST_TOKEN,
  UPSTASH_REDIS_REST_URL,
} from "./variables.ts";
import { startWireServer } from "./wire_server.ts";

/** The variables that tell the tests where a service is. */
type Variables = Readonly<Record<string, string>>;

interface Started {
  readonly variables: Variables;
  /** Resolves when the signal has ended the service. */
  readonly ended: Promise<unknown>;
}

/** A service, and where the tests have it from. */
export type Service =
  | { readonly name: string; readonly state: "started" } & Started
  | { readonly name: string; readonly state: "given" | "left out" }
  | { readonly name: string; readonly state: "missing"; readonly why: string };

/** Whether arguments of `deno test` may select a test that needs a service; tests of domain/ do not. */
export function mayNeedServices(args: readonly string[]): boolean {
  const paths = args.filter((arg) => !arg.startsWith("-"));
  return paths.length === 0 || !paths.every((path) => /^(\.\/)?(tests\/)?domain\b/.test(path));
}

/** Enough for what the tests write to MongoDB. */
const TESTS_HEAP_MEBIBYTES = 512;

interface ServicesOptions {
  /** The memory of the MongoDB, which keeps all of its data there. */
  readonly heapMebibytes?: number;
}

/** Starts the services that tests need and the environment does not name. The signal ends them. */
export async function startServices(
  signal: AbortSignal,
  { heapMebibytes = TESTS_HEAP_MEBIBYTES }: ServicesOptions = {},
): Promise<Service[]> {
  return await Promise.all([
    provide("MongoDB", [MONGODB_URI], () => startMongo(signal, heapMebibytes)),
    provide("Redis", [UPSTASH_REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN], () => startRedis(signal)),
    provide("Failing disk", [FAILING_DISK], () => startFailingDisk(signal)),
    provide("Chromium", [CHROMIUM], provideChromium),
    provide("Stripe mock", [STRIPE_MOCK_URL], () => startMock(signal)),
  ]);
}

/** Collects the variables that tell the tests about the services that were started. */
export function collectVariables(services: readonly Service[]): Record<string, string> {
  return Object.assign({}, ...services.map((s) => s.state === "started" ? s.variables : {}));
}

async function provide(
  name: string,
  variables: readonly string[],
  start: () => Promise<Started>,
): Promise<Service> {
  const values = variables.map(readVariable);
  if (values.includes(LEFT_OUT)) return { name, state: "left out" };
  if (!values.includes(undefined)) return { name, state: "given" };
  try {
    return { name, state: "started", ...await start() };
  } catch (error) {
    return { name, state: "missing", why: error instanceof Error ? error.message : String(error) };
  }
}

async function startMongo(signal: AbortSignal, heapMebibytes: number): Promise<Started> {
  const { uri, ended } = await startWireServer(signal, { heapMebibytes });
  return { variables: { [MONGODB_URI]: uri }, ended };
}

async function startRedis(signal: AbortSignal): Promise<Started> {
  const server = await startRedisServer(signal);
  const redis = await connectToRedis(server.port);
  const token = crypto.randomUUID();
  const bridge = startUpstashBridge({ redis, token, signal });
  const ended = Promise.all([server.ended, bridge.finished]).finally(() => redis.close());
  return {
    variables: { [UPSTASH_REDIS_REST_URL]: bridge.url, [UPSTASH_REDIS_REST_TOKEN]: token },
    ended,
  };
}

async function startMock(signal: AbortSignal): Promise<Started> {
  const { url, ended } = await startStripeMock(signal);
  return { variables: { [STRIPE_MOCK_URL]: url }, ended };
}

async function provideChromium(): Promise<Started> {
  return { variables: { [CHROMIUM]: await findChromium() }, ended: Promise.resolve() };
}

/** Starts nothing: the processes of a test load the library. */
async function startFailingDisk(signal: AbortSignal): Promise<Started> {
  return {
    variables: { [FAILING_DISK]: await buildFailingDisk(signal) },
    ended: Promise.resolve(),
  };
}

/** Says what a developer should know about a service before the tests run. */
export function describeService(service: Service, { required }: { required: boolean }): string {
  switch (service.state) {
    case "started":
      return `${service.name}: started at ${Object.values(service.variables)[0]}`;
    case "given":
      return `${service.name}: used as the environment names it`;
    case "left out":
      return `${service.name}: left out, its tests are skipped`;
    case "missing":
      return `${service.name}: missing, its tests ${
        required ? "fail" : "are skipped"
      }. ${service.why}`;
  }
}
