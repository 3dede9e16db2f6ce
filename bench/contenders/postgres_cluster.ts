import { fileURLToPath } from "node:url";
import { startChildServer } from "../../scripts/services/child_server.ts";
import { findFreePort } from "../../scripts/services/free_port.ts";

const SCRIPT = fileURLToPath(new URL("postgres_cluster.sh", import.meta.url));
const INSTALLED = "/usr/lib/postgresql";
export const POSTGRES_MISSING =
  `PostgreSQL is missing: Debian's package postgresql puts it under ${INSTALLED}`;

/** Where the newest PostgreSQL of Debian's packages has its programs, if there is one. */
export async function findPostgres(): Promise<string | undefined> {
  try {
    const versions = await Array.fromAsync(Deno.readDir(INSTALLED), ({ name }) => Number(name));
    return `${INSTALLED}/${Math.max(...versions)}/bin`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

/** Starts an empty PostgreSQL that ends with this process, and gives its port. */
export async function startPostgres(): Promise<number> {
  const binaries = await findPostgres();
  if (binaries === undefined) throw new Error(POSTGRES_MISSING);
  const port = findFreePort();
  await startChildServer({
    command: "sh",
    args: [SCRIPT, binaries, `${port}`],
    ready: /ready to accept connections/,
    signal: new AbortController().signal, // the script's input ends with this process
  });
  return port;
}
