/**
 * `deno task db:backup [path]`: copies the SQLite file, even while Kese runs, and checks the copy.
 * Without a path the copy goes to `backups/` next to the file, named after the time in UTC.
 *
 * @module
 */

import { dirname, join } from "node:path";
import { backUp } from "../infra/sqlite/backup.ts";
import { refuseMissingStore } from "../infra/sqlite/store_file.ts";
import { startOrExit } from "../infra/process/start_refused.ts";
import { readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";

/** Names a backup: `data/backups/kese-2026-11-25T18-32-50Z.db` for `data/kese.db`. */
export function toBackupPath(source: string, now: Date): string {
  const time = now.toISOString().replace(/\.\d+/, "").replaceAll(":", "-");
  return join(dirname(source), "backups", `kese-${time}.db`);
}

function refuse(fault: string): never {
  console.error(`Cannot back up: ${fault}`);
  Deno.exit(1);
}

async function main(): Promise<void> {
  const { mongo, sqlitePath } = readEnvironmentOrExit(
    await readVariablesOrExit({ mayMakeStore: false }),
  );
  if (mongo !== undefined) {
    refuse("MONGODB_URI is set, and MongoDB has backups of its own (docs/deployment.md).");
  }
  const [target = toBackupPath(sqlitePath, new Date()), ...others] = Deno.args;
  if (others.length > 0) refuse("name one path. Usage: deno task db:backup [path]");
  await startOrExit(() => refuseMissingStore(sqlitePath));
  try {
    const { accounts, entries } = await backUp(sqlitePath, target);
    console.log(`${target} holds ${entries} entries of ${accounts} accounts, and was read back.`);
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}

if (import.meta.main) await main();
