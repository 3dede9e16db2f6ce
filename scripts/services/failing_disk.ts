import { fileURLToPath } from "node:url";
import { runCommand } from "./child_server.ts";

const SOURCE = new URL("failing_disk.c", import.meta.url);
/** Not under version control. */
const CACHE = new URL("../../.cache/", import.meta.url);
const LIBRARY = new URL("failing_disk.so", CACHE);

/** Starts a program on a disk that loses power; see failing_disk.c. */
export const FAILING_DISK_LAUNCHER = fileURLToPath(new URL("failing_disk.sh", import.meta.url));
/** Starts a program on a disk that is nearly full. */
export const SMALL_DISK_LAUNCHER = fileURLToPath(new URL("small_disk.sh", import.meta.url));

/**
 * Compiles the library that plays the disk, and returns its path.
 *
 * @throws {Error} if there is no C compiler, or libraries cannot be preloaded.
 */
export async function buildFailingDisk(signal: AbortSignal): Promise<string> {
  if (Deno.build.os !== "linux") throw new Error("It needs Linux");
  await Deno.mkdir(CACHE, { recursive: true });
  const directory = await Deno.makeTempDir({ dir: fileURLToPath(CACHE), prefix: "compiling-" });
  try {
    const library = `${directory}/failing_disk.so`;
    const flags = ["-Wall", "-Wextra", "-Werror", "-O2", "-shared", "-fPIC"];
    await runCommand("cc", { args: [...flags, "-o", library, fileURLToPath(SOURCE)], signal });
    // Renamed, because another run may be using the previous one.
    await Deno.rename(library, LIBRARY);
    return fileURLToPath(LIBRARY);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}
