/**
 * `deno task smoke [URL]`: walks through every route of a running Kese and checks each answer. Exits
 * with 0 if all are right, 1 if one is wrong, 2 if it refuses.
 *
 * It creates a user (`smoke-…`) and tops up their balance from test cards, so it is for instances with
 * the sandbox gateway. Fleet and key come from `SMOKE_FLEET` and `SMOKE_FLEET_KEY`; on loopback they
 * default to those of development.
 *
 * @module
 */

import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "../infra/process/development.ts";
import type { Check, Findings } from "./smoke/check.ts";
import { CHECKS } from "./smoke/checks.ts";
import { createSend, expectAnswer, type Send, type Target } from "./smoke/client.ts";

const DEVELOPMENT_URL = "http://127.0.0.1:5000";
const LOOPBACK = ["127.0.0.1", "[::1]", "localhost"];

/** Which Kese to ask, or why none is asked. */
type TargetRead =
  | { readonly ok: true; readonly target: Target }
  | { readonly ok: false; readonly fault: string };

/** Reads the command line of a task and its variables. */
export function readTarget(
  args: readonly string[],
  { SMOKE_FLEET: fleet, SMOKE_FLEET_KEY: fleetKey }: Readonly<Record<string, string | undefined>>,
  task: "smoke" | "demo" = "smoke",
): TargetRead {
  const [given = DEVELOPMENT_URL, ...more] = args;
  const url = URL.parse(given);
  if (more.length > 0 || url === null || !/^https?:$/.test(url.protocol)) {
    return { ok: false, fault: `Usage: deno task ${task} [URL]` };
  }
  const isLocal = LOOPBACK.includes(url.hostname);
  if (!isLocal && url.protocol !== "https:") {
    return { ok: false, fault: `Cannot send a fleet key to ${url.origin}: it is not https.` };
  }
  const base = url.href.replace(/\/+$/, "");
  if (fleet && fleetKey) return { ok: true, target: { url: base, fleet, fleetKey } };
  if (!isLocal || fleet || fleetKey) {
    return { ok: false, fault: "Set SMOKE_FLEET and SMOKE_FLEET_KEY." };
  }
  const target = { url: base, fleet: DEVELOPMENT_FLEET, fleetKey: DEVELOPMENT_FLEET_KEY };
  return { ok: true, target };
}

/** Runs every check and says how each ended. Returns how many failed. */
export async function smoke(target: Target, say: (line: string) => void): Promise<number> {
  const asked = new Set<string>();
  const send = createSend(target, (request) => asked.add(request));
  const found = createFindings({ fleet: target.fleet });
  const userNo = `smoke-${crypto.randomUUID()}`;
  const everyRoute: Check = {
    name: "every route that the contract names was asked",
    run: () => expectEveryRoute(send, asked),
  };
  let failed = 0;
  for (const { name, run } of [...CHECKS, everyRoute]) {
    try {
      await run({ send, userNo, found });
      say(`ok      ${name}`);
    } catch (error) {
      failed++;
      say(`FAILED  ${name}: ${error instanceof Error ? error.message : error}`);
    }
  }
  return failed;
}

async function expectEveryRoute(send: Send, asked: ReadonlySet<string>): Promise<void> {
  const contract = await send("GET /openapi.json", { bearer: null });
  expectAnswer(contract, 200);
  const routes = Object.entries<object>(contract.body.paths).flatMap(([path, methods]) =>
    Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`)
  );
  const missed = routes.filter((route) => {
    const pattern = new RegExp(`^${route.replaceAll(/\{\w+\}/g, "[^/]+")}$`);
    return ![...asked].some((request) => pattern.test(request));
  });
  if (missed.length > 0) throw new Error(`not asked: ${missed.join(", ")}`);
}

function createFindings(first: Readonly<Record<string, string>>): Findings {
  const values = new Map(Object.entries(first));
  return {
    get: (name) => {
      const value = values.get(name);
      if (value === undefined) {
        throw new Error(`an earlier check did not find its ${name}`);
      }
      return value;
    },
    set: (name, value) => void values.set(name, String(value)),
  };
}

async function main(): Promise<void> {
  const [SMOKE_FLEET, SMOKE_FLEET_KEY] = ["SMOKE_FLEET", "SMOKE_FLEET_KEY"].map((name) =>
    Deno.env.get(name)
  );
  const read = readTarget(Deno.args, { SMOKE_FLEET, SMOKE_FLEET_KEY });
  if (!read.ok) {
    console.error(read.fault);
    Deno.exit(2);
  }
  const { target } = read;
  console.log(`Kese at ${target.url}, fleet ${target.fleet}`);
  const failed = await smoke(target, console.log);
  console.log(failed === 0 ? "Every answer is right." : `${failed} checks failed.`);
  Deno.exitCode = failed === 0 ? 0 : 1;
}

if (import.meta.main) await main();
