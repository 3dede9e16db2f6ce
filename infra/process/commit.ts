/**
 * The commit that runs: the id of the deployment on Deno Deploy, else what is checked out in `root`.
 * Null where neither is known, as in a copy without its history.
 */
export async function readCommit(root: URL, deployment?: string): Promise<string | null> {
  if (deployment) return deployment;
  try {
    const git = new URL(".git/", root);
    const head = (await Deno.readTextFile(new URL("HEAD", git))).trim();
    if (!head.startsWith("ref: ")) return head;
    const ref = head.slice("ref: ".length);
    return await readRef(git, ref);
  } catch {
    // No history, or no permission to read it: what runs is the same.
    return null;
  }
}

/** A branch has a file of its own until git packs it together with others. */
async function readRef(git: URL, ref: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(new URL(ref, git))).trim();
  } catch {
    const packed = await Deno.readTextFile(new URL("packed-refs", git));
    const line = packed.split("\n").find((each) => each.endsWith(` ${ref}`));
    return line?.split(" ")[0] ?? null;
  }
}
