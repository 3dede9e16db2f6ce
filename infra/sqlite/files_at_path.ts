/** From so many calls on, a batch is one of many that come one after the other. */
export const CALLS_UNDER_LOAD = 8;
/** Under load the files are looked at once in so many batches. */
export const BATCHES_A_CHECK = 8;

/**
 * Tells the files that a store has open from any that come to their place: device and inode of the
 * database and of its log. A file that was deleted or replaced goes on taking commits, and all of
 * them are gone with the process. On Windows an open file stays where it is, and nothing is told.
 */
export function filesAtPath(path: string): string {
  return [path, `${path}-wal`].map(identityOf).join(" ");
}

/** Throws if the files at the path are no longer those that were there. */
export function refuseOtherFiles(path: string, opened: string): void {
  if (filesAtPath(path) !== opened) throw new Error(`${REPLACED}: ${path}`);
}

/** What an error says of a store whose files were deleted or replaced. */
export const REPLACED = "the files of the store are no longer at their path";

function identityOf(path: string): string {
  try {
    const { dev, ino } = Deno.statSync(path);
    return `${dev}/${ino}`;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "none";
    throw error;
  }
}
