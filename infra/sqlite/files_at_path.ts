/** A batch of at least so many calls is taken as a sign of load. */
export const CALLS_UNDER_LOAD = 8;
/** Under load the files are checked once in so many batches. */
export const BATCHES_A_CHECK = 8;

/**
 * Identifies the files at a path: device and inode of the database and of its log. A file that was
 * deleted or replaced goes on taking commits, and all of them are lost when the process ends. On
 * Windows an open file cannot be replaced.
 */
export function filesAtPath(path: string): string {
  return [path, `${path}-wal`].map(identityOf).join(" ");
}

/** Throws if the files at the path are no longer the same. */
export function refuseOtherFiles(path: string, opened: string): void {
  if (filesAtPath(path) !== opened) throw new Error(`${REPLACED}: ${path}`);
}

/** How the message of an error begins if the files of the store were deleted or replaced. */
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
