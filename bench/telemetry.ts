/**
 * What it costs payments to be measured through OpenTelemetry.
 *
 * @module
 */

import { fileURLToPath } from "node:url";
import { findFreePort } from "../scripts/services/free_port.ts";
import { FLEET_HEADERS, paymentBy, userNo, VARIABLES } from "./fleet.ts";
import { applyLoad } from "./load.ts";
import { median } from "./throughput.ts";

const MAIN = fileURLToPath(new URL("../main.ts", import.meta.url));
const USERS = 32;
const LOAD = { connections: 64, seconds: 2, nextRequest: () => paymentBy({ users: USERS }) };
const TURNS = 9;
const ASK_AGAIN_MILLISECONDS = 20;

/** What is exported, by the variables that say so. */
const MEASURED = {
  "all spans": { OTEL_DENO: "true" },
  "one span in a hundred": {
    OTEL_DENO: "true",
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
    OTEL_TRACES_SAMPLER_ARG: "0.01",
  },
} as const;

/**
 * Measures payments of the same program with and without it in turns, and says what it found: in processor
 * time, which other work on the machine hardly changes.
 */
export async function measureTelemetry(directory: string): Promise<string[]> {
  await using collector = startCollector();
  await using stack = new AsyncDisposableStack();
  const start = async (name: string, variables: Readonly<Record<string, string>>) => {
    const file = { SQLITE_PATH: `${directory}/${name.replaceAll(" ", "_")}.db` };
    return stack.use(await startMain({ ...variables, ...file }));
  };
  const plain = await start("nothing", {});
  const said = [];
  for (const [name, variables] of Object.entries(MEASURED)) {
    const exporting = { ...variables, OTEL_EXPORTER_OTLP_ENDPOINT: collector.url };
    const measured = await start(name, exporting);
    const ratios: number[] = [];
    for (let turn = 0; turn <= TURNS; turn++) {
      const costs = new Map<Running, number>();
      const order = [plain, measured];
      for (const one of turn % 2 === 0 ? order : order.reverse()) {
        costs.set(one, await costOfPayment(one));
      }
      // The first turn is for the compiler.
      if (turn > 0) ratios.push((costs.get(measured) ?? NaN) / (costs.get(plain) ?? NaN));
    }
    const all = ratios.toSorted().map((ratio) => ratio.toFixed(2)).join(", ");
    said.push(
      `processor time of a payment with ${name}, against none: ${
        median(ratios).toFixed(2)
      } (${all})`,
    );
  }
  return said;
}

interface Running extends AsyncDisposable {
  readonly port: number;
  readonly pid: number;
}

async function costOfPayment({ port, pid }: Running): Promise<number> {
  const before = await ticksOf(pid);
  const { succeeded } = await applyLoad({ ...LOAD, port });
  return (await ticksOf(pid) - before) / succeeded;
}

/** What all threads of a process have used of the processors, as Linux counts it (proc(5), utime and stime). */
async function ticksOf(pid: number): Promise<number> {
  const text = await Deno.readTextFile(`/proc/${pid}/stat`);
  const [utime, stime] = text.slice(text.lastIndexOf(")") + 2).split(" ").slice(11, 13);
  return Number(utime) + Number(stime);
}

/** Takes what is exported and does nothing with it: its work is not what is measured. */
function startCollector(): AsyncDisposable & { readonly url: string } {
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    await request.body?.cancel();
    return new Response();
  });
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
}

/** A Kese of its own process, as an operator starts it, with users who can pay. */
async function startMain(variables: Readonly<Record<string, string>>): Promise<Running> {
  const port = findFreePort();
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "--quiet", "--allow-all", MAIN],
    env: { ...VARIABLES, ...variables, PORT: String(port) },
    stdin: "null",
    stdout: "null",
  }).spawn();
  for (let place = 0; place < USERS; place++) await createUser(port, place);
  return {
    port,
    pid: child.pid,
    [Symbol.asyncDispose]: async () => {
      child.kill("SIGTERM");
      await child.status;
    },
  };
}

async function createUser(port: number, place: number): Promise<void> {
  const headers = { ...FLEET_HEADERS, "Content-Type": "application/json" };
  const body = JSON.stringify({
    userNo: userNo(place),
    authCode: `code-${place}`,
    name: "Deniz",
    surname: "Yolcu",
    birthDate: "1990-01-01",
    phoneNumber: "555-5555",
    email: "deniz@example.com",
    balance: "1000000",
  });
  for (;;) {
    try {
      const answer = await fetch(`http://127.0.0.1:${port}/create_user`, {
        method: "POST",
        headers,
        body,
      });
      if (answer.status === 201) return void await answer.body?.cancel();
      throw new Error(`Cannot measure: ${await answer.text()}`);
    } catch (error) {
      // It does not listen yet.
      if (!(error instanceof TypeError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, ASK_AGAIN_MILLISECONDS));
    }
  }
}
