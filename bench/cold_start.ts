/**
 * How long a new instance takes until it has answered its first request: what a user waits for on a
 * platform that starts instances on demand.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { findFreePort } from "../scripts/services/free_port.ts";
import { FLEET_HEADERS, VARIABLES } from "./fleet.ts";
import { median } from "./throughput.ts";

/** A way to deploy Kese, by the variables that choose it. */
export interface Deployment {
  readonly title: string;
  readonly variables: Readonly<Record<string, string>>;
  /** As a multiple of the start of an empty Hono server. */
  readonly atMost: number;
}

/** Medians of several starts. */
export interface ColdStart {
  readonly title: string;
  /** From the start of the process to the answer to `GET /bakiye`, in milliseconds. */
  readonly milliseconds: number;
  readonly atMost: number;
}

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const EMPTY = fileURLToPath(new URL("empty_server.ts", import.meta.url));
const STARTS = 9;

export async function measureColdStarts(deployments: readonly Deployment[]): Promise<ColdStart[]> {
  const measured = [];
  for (const { title, variables, atMost } of deployments) {
    const milliseconds = await medianStart(MAIN, variables);
    measured.push({ title, milliseconds, atMost });
  }
  return measured;
}

/** The same for a server that has nothing but Hono and one route: what Kese adds to is this. */
export async function measureEmptyStart(): Promise<ColdStart> {
  return { title: "an empty Hono server", milliseconds: await medianStart(EMPTY, {}), atMost: 1 };
}

async function medianStart(
  program: string,
  variables: Deployment["variables"],
): Promise<number> {
  const starts = [];
  for (let start = 0; start < STARTS; start++) starts.push(await timeStart(program, variables));
  return median(starts);
}

/** Starts a program, asks until it answers, ends it. */
async function timeStart(
  program: string,
  variables: Deployment["variables"],
): Promise<number> {
  const port = findFreePort();
  const startedAt = performance.now();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", program],
    env: { ...VARIABLES, ...variables, PORT: String(port) },
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  try {
    await firstAnswer(port, child);
    return performance.now() - startedAt;
  } finally {
    child.kill("SIGTERM");
    await child.status;
  }
}

const ASK_EVERY_MILLISECONDS = 2;

async function firstAnswer(port: number, child: Deno.ChildProcess): Promise<void> {
  let ended = false;
  child.status.then(() => ended = true);
  while (!ended) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}/bakiye?userNo=nobody`, {
        headers: FLEET_HEADERS,
      });
      // Nobody has no balance, but to know it the store has been asked; the empty server has no route.
      if (response.status !== 404) throw new Error(`Kese answered ${response.status}`);
      return void await response.body?.cancel();
    } catch (error) {
      // It does not listen yet.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_EVERY_MILLISECONDS));
    }
  }
  throw new Error("Kese ended before it answered");
}
