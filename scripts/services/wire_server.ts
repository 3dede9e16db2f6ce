import { fileURLToPath } from "node:url";
import { runCommand, type RunningServer, startChildServer } from "./child_server.ts";

/** A MongoDB for tests, in memory; see WireServer.java. */
interface WireServer extends RunningServer {
  readonly uri: string;
}

const POM = new URL("pom.xml", import.meta.url);
const SOURCE = new URL("WireServer.java", import.meta.url);
/** Not under version control; kept from run to run. */
const CACHE = new URL("../../.cache/", import.meta.url);
const JARS = new URL("wire-server/", CACHE);

/** Maven is stopped after this time, because without a network it would try for long. */
const FETCH_TIMEOUT_MS = 90_000;

/** Starts the server on a free port; fetches its jars first if they are not there. */
export async function startWireServer(
  signal: AbortSignal,
  { heapMebibytes }: { readonly heapMebibytes: number },
): Promise<WireServer> {
  if (!await hasJars()) await fetchJars(signal);
  const server = await startChildServer({
    command: "java",
    args: ["-cp", `${fileURLToPath(JARS)}*`, `-Xmx${heapMebibytes}m`, fileURLToPath(SOURCE), "0"],
    ready: /Listening on port (\d+)/,
    signal,
  });
  return { ...server, uri: `mongodb://127.0.0.1:${server.match[1]}` };
}

/** Whether the jars are those of this pom.xml: a copy of the one they were fetched for lies next to them. */
async function hasJars(): Promise<boolean> {
  const fetchedFor = await Deno.readTextFile(new URL("pom.xml", JARS)).catch(() => undefined);
  return fetchedFor === await Deno.readTextFile(POM);
}

/** Fetches into a directory next to the final one and then renames it, so that no half of the jars is used. */
async function fetchJars(signal: AbortSignal): Promise<void> {
  await Deno.mkdir(CACHE, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: fileURLToPath(CACHE), prefix: "fetching-" });
  const fetch = ["dependency:copy-dependencies", `-DoutputDirectory=${directory}`];
  try {
    await runCommand("mvn", {
      args: ["-q", "-B", "-Dstyle.color=never", "-f", fileURLToPath(POM), ...fetch],
      signal: AbortSignal.any([signal, AbortSignal.timeout(FETCH_TIMEOUT_MS)]),
    });
    await Deno.copyFile(POM, `${directory}/pom.xml`);
    await Deno.remove(JARS, { recursive: true }).catch(() => {});
    await Deno.rename(directory, JARS);
  } catch (error) {
    await Deno.remove(directory, { recursive: true });
    if (!await hasJars()) throw error; // otherwise another run has fetched them meanwhile
  }
}
