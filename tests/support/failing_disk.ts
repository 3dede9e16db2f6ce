import { Buffer } from "node:buffer";
import { type Running, startMain, type StartOptions } from "./process.ts";
import type { Random } from "./random.ts";
import { FAILING_DISK_LAUNCHER } from "../../scripts/services/failing_disk.ts";

/** When a process dies: at that sync of the file, or of all files if none is named; 0 is never. */
export interface Death {
  readonly name?: string;
  readonly atSync: number;
}

/** When a process dies, and what is loaded before it starts. */
type Starting = Death & Pick<StartOptions, "preload">;

/** What a disk may have written before its power failed, though nobody had asked it to. */
export interface Unsynced {
  /** How many of a hundred sectors. */
  readonly survivingPercent: number;
  readonly random: Random;
}

/** A directory on a disk that keeps only what was synced: see scripts/services/failing_disk.c. */
export interface FailingDisk {
  /** The directory as processes see it. */
  readonly files: string;
  /** Starts main.ts, which dies at a sync of that directory before it is done. */
  start(variables: Readonly<Record<string, string>>, starting: Starting): Running;
  /** Leaves in the directory what the disk holds. Gives whether anything written is gone with that. */
  losePower(unsynced: Unsynced): Promise<boolean>;
  /** Begins again with nothing. */
  clear(): Promise<void>;
  /** The directory as it is now, in a place of its own. */
  copy(): Promise<string>;
  close(): Promise<void>;
}

/** What a disk writes whole or not at all. */
const SECTOR_BYTES = 512;
/** Memory that processes share, which is gone with the power. */
const SHARED_MEMORY = /-shm$/;

/** Opens an empty one. */
export async function openFailingDisk(library: string): Promise<FailingDisk> {
  // The library sees paths without links.
  const root = await Deno.realPath(await Deno.makeTempDir({ prefix: "kese-failing-disk-" }));
  const [files, disk] = [`${root}/files`, `${root}/disk`];
  for (const directory of [files, disk]) await Deno.mkdir(directory);
  let copies = 0;
  return {
    files,
    start: (variables, { name = "", atSync, ...options }) =>
      startMain({
        ...variables,
        FAILING_DISK_LIBRARY: library,
        FAILING_DISK_FILES: files,
        FAILING_DISK_DISK: disk,
        FAILING_DISK_NAME: name,
        FAILING_DISK_AT: String(atSync),
      }, { ...options, launcher: FAILING_DISK_LAUNCHER }),
    losePower: async (unsynced) => {
      let isLess = false;
      for (const name of await namesIn([files, disk])) {
        const losing = { path: `${files}/${name}`, kept: `${disk}/${name}`, unsynced };
        if (await loseUnsynced(losing)) isLess = true;
      }
      await replaceFiles(disk, files);
      return isLess;
    },
    clear: async () => {
      for (const directory of [files, disk]) await removeFiles(directory);
    },
    copy: async () => {
      const directory = `${root}/copy-${copies++}`;
      await Deno.mkdir(directory);
      await replaceFiles(directory, files);
      return directory;
    },
    close: () => Deno.remove(root, { recursive: true }),
  };
}

interface Losing {
  /** The file as the last process saw it. */
  readonly path: string;
  /** The same file on the disk. */
  readonly kept: string;
  readonly unsynced: Unsynced;
}

/** Gives whether anything that was written is gone. */
async function loseUnsynced({ path, kept, unsynced }: Losing): Promise<boolean> {
  const [written, durable] = [await readIfThere(path), await readIfThere(kept)];
  if (SHARED_MEMORY.test(path) || durable === undefined) {
    if (written !== undefined) await Deno.remove(path);
    return written !== undefined && !SHARED_MEMORY.test(path);
  }
  const left = leftOf(durable, written, unsynced);
  if (left === undefined) return false;
  await Deno.writeFile(path, left);
  return written !== undefined && Buffer.compare(written, left) !== 0;
}

/** Each sector as it was written or as the disk holds it; undefined if the file stays deleted. */
function leftOf(
  durable: Uint8Array,
  written: Uint8Array | undefined,
  { random, survivingPercent }: Unsynced,
): Uint8Array | undefined {
  const survives = () => random.percent(survivingPercent);
  // Its name went, and the directory was not synced since.
  if (written === undefined) return survives() ? undefined : durable;
  const left = new Uint8Array(survives() ? written.length : durable.length);
  left.set(durable.subarray(0, left.length));
  const end = Math.min(left.length, written.length);
  for (let at = 0; at < end; at += SECTOR_BYTES) {
    if (survives()) left.set(written.subarray(at, Math.min(at + SECTOR_BYTES, end)), at);
  }
  return left;
}

async function readIfThere(path: string): Promise<Uint8Array<ArrayBuffer> | undefined> {
  try {
    return await Deno.readFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return undefined;
    throw error;
  }
}

async function namesIn(directories: readonly string[]): Promise<ReadonlySet<string>> {
  const names = new Set<string>();
  for (const directory of directories) {
    for await (const { name } of Deno.readDir(directory)) names.add(name);
  }
  return names;
}

/** Makes one directory hold the files of another, and no more. */
async function replaceFiles(directory: string, source: string): Promise<void> {
  await removeFiles(directory);
  for (const name of await namesIn([source])) {
    await Deno.copyFile(`${source}/${name}`, `${directory}/${name}`);
  }
}

async function removeFiles(directory: string): Promise<void> {
  for (const name of await namesIn([directory])) await Deno.remove(`${directory}/${name}`);
}
