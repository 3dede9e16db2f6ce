/**
 * `deno task db:seed`: loads the ten sample users into the configured store. Existing ones stay as they
 * are, so it can be repeated, even while Kese runs.
 *
 * The sample users' codes are public, so outside development it requires `--demo`. With several fleets
 * it requires `--fleet=<name>`. Exits with 0 if they are loaded, 1 if that fails, 2 if it refuses.
 *
 * @module
 */

import sampleUsers from "../infra/process/sample_users.json" with { type: "json" };
import { loadSampleUsers } from "../infra/process/sample_users.ts";
import { type Kese, openForTask, readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";

/** What the command line asks for, or why it is refused. */
type Request =
  | { readonly ok: true; readonly demo: boolean; readonly fleet?: string }
  | { readonly ok: false; readonly fault: string };

export function readArguments(args: readonly string[]): Request {
  let fleet: string | undefined;
  for (const arg of args) {
    if (arg.startsWith("--fleet=")) fleet = arg.slice("--fleet=".length);
    else if (arg !== "--demo") return { ok: false, fault: `Cannot understand ${arg}.` };
  }
  return { ok: true, demo: args.includes("--demo"), ...(fleet !== undefined && { fleet }) };
}

/** Chooses the fleet to load into: the one that is named, otherwise the only one. */
export function chooseFleet(
  fleets: Iterable<string>,
  named: string | undefined,
): { readonly ok: true; readonly fleet: string } | { readonly ok: false; readonly fault: string } {
  const names = [...fleets];
  const fleet = named ?? (names.length === 1 ? names[0] : undefined);
  if (fleet !== undefined && names.includes(fleet)) return { ok: true, fleet };
  return { ok: false, fault: `Name the fleet: ${names.map((n) => `--fleet=${n}`).join(" or ")}.` };
}

/** Draws `[######--------------]  3/10`. */
export function drawProgressBar(done: number, total: number): string {
  const width = 20;
  const filled = Math.round(done / total * width);
  const count = `${done}/${total}`.padStart(`${total}/${total}`.length);
  return `[${"#".repeat(filled)}${"-".repeat(width - filled)}] ${count}`;
}

/** Loads the users and shows the progress. Returns how many are new. */
export function seedDatabase(
  { dependencies }: Pick<Kese, "dependencies">,
  { filo, show }: { readonly filo: string; readonly show: (bar: string) => void },
): Promise<number> {
  let done = 0;
  show(drawProgressBar(done, sampleUsers.length));
  return loadSampleUsers({
    filo,
    ports: dependencies,
    onUser: () => show(drawProgressBar(++done, sampleUsers.length)),
  });
}

/** Redraws one line on a terminal. A file or a pipe gets nothing. */
function show(bar: string): void {
  if (Deno.stdout.isTerminal()) Deno.stdout.writeSync(new TextEncoder().encode(`\r${bar}`));
}

function refuse(fault: string): never {
  console.error(`Cannot load the sample users: ${fault}`);
  Deno.exit(2);
}

async function main(): Promise<void> {
  const request = readArguments(Deno.args);
  if (!request.ok) refuse(`${request.fault} Usage: deno task db:seed [--demo] [--fleet=<name>]`);
  const variables = await readVariablesOrExit({ mayMakeStore: false });
  if (variables.KESE_ENV !== "development" && !request.demo) {
    refuse(
      "their codes are public, and this is not development.\n" +
        "For development: KESE_ENV=development deno task db:seed. For a demonstration: --demo.",
    );
  }
  const environment = readEnvironmentOrExit(variables);
  const choice = chooseFleet(environment.fleets.keys(), request.fleet);
  if (!choice.ok) refuse(choice.fault);
  const kese = await openForTask(environment);
  try {
    const created = await seedDatabase(kese, { filo: choice.fleet, show });
    const existed = sampleUsers.length - created;
    if (Deno.stdout.isTerminal()) console.log();
    console.log(
      `Fleet ${choice.fleet}: ${created} sample users are new, ${existed} existed already.`,
    );
  } finally {
    await kese.close();
  }
}

if (import.meta.main) {
  try {
    await main();
  } catch (error) {
    console.error(
      `Cannot load the sample users: ${error instanceof Error ? error.message : error}`,
    );
    Deno.exitCode = 1;
  }
}
