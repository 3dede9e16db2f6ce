/**
 * Reads which commit runs: the deployment's id on Deno Deploy, otherwise the commit checked out in
 * `root`. Null if neither is known, as in a copy without a Git directory.
 */
export async function readCommit(root: URL, deployment?: string): Promise<string | null> {
  if (deployment) return deployment;
  try {
    const git = new URL(".git/", root);
    const head = (await Deno.readTextFile(new URL("HEAD", git))).trim();
    if (!head.startsWith("ref: ")) return head;
    return await readRef(git, head.slice("ref: ".length));
  } catch {
    // No Git directory, or no permission to read it. Kese runs all the same.
    return null;
  }
}

/** A branch has its own file until Git packs it together with others. */
async function readRef(git: URL, ref: string): Promise<string | null> {
  try {
    return (await Deno.readTextFile(new URL(ref, git))).trim();
  } catch {
    const packed = await Deno.readTextFile(new URL("packed-refs", git));
    const line = packed.split("\n").find((each) => each.endsWith(` ${ref}`));
    return line?.split(" ")[0] ?? null;
  }
}
