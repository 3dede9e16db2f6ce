import { openSqliteStore } from "../../infra/sqlite/store.ts";
import type { Store } from "../../infra/store.ts";

/** A store in a file, in a directory of its own that goes away after the test. */
export interface TemporaryFile {
  readonly directory: string;
  readonly path: string;
  open(): Store;
}

/** Lends a test a database file. */
export async function withTemporaryFile(
  use: (file: TemporaryFile) => Promise<void>,
): Promise<void> {
  const directory = await Deno.makeTempDir({ prefix: "kese-tests-" });
  const path = `${directory}/kese.db`;
  try {
    await use({ directory, path, open: () => openSqliteStore(path) });
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
