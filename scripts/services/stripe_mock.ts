import { fileURLToPath } from "node:url";
import { runCommand, type RunningServer, startChildServer } from "./child_server.ts";
import { findFreePort } from "./free_port.ts";

/** Stripe's own mock: it knows the API's description, and refuses a request that does not fit it. */
interface StripeMock extends RunningServer {
  readonly url: string;
}

const VERSION = "0.203.0";
/** Not under version control; kept from run to run. */
const CACHE = new URL("../../.cache/", import.meta.url);
const DIRECTORY = new URL(`stripe-mock-${VERSION}/`, CACHE);
const PROGRAM = fileURLToPath(new URL("stripe-mock", DIRECTORY));

/** Building takes half a minute on an idle machine. Without a network Go would try for long. */
const BUILD_TIMEOUT_MS = 240_000;

/**
 * Starts the mock on a free port; builds it first if it is not there.
 *
 * @throws {Error} if there is no Go, or its module proxy does not answer.
 */
export async function startStripeMock(signal: AbortSignal): Promise<StripeMock> {
  if (!await isThere()) await build(signal);
  const address = `127.0.0.1:${findFreePort()}`;
  // It insists on listening with TLS, too.
  const args = ["-http-addr", address, "-https-addr", `127.0.0.1:${findFreePort()}`];
  const ready = /Listening for HTTP at address: \S+/;
  const server = await startChildServer({ command: PROGRAM, args, ready, signal });
  return { ...server, url: `http://${address}` };
}

async function isThere(): Promise<boolean> {
  return (await Deno.stat(PROGRAM).catch(() => undefined))?.isFile === true;
}

/** Builds into a directory next to the final one and then renames it, so that no half of it is used. */
async function build(signal: AbortSignal): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: fileURLToPath(CACHE), prefix: "building-" });
  try {
    await runCommand("go", {
      args: ["install", `github.com/stripe/stripe-mock@v${VERSION}`],
      env: { GOBIN: directory },
      signal: AbortSignal.any([signal, AbortSignal.timeout(BUILD_TIMEOUT_MS)]),
    });
    await Deno.rename(directory, DIRECTORY);
  } catch (error) {
    await Deno.remove(directory, { recursive: true });
    if (!await isThere()) throw error; // otherwise another run has built it meanwhile
  }
}
