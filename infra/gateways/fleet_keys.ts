/** The keys of each fleet, or what is wrong with the text, which continues "… must be". No key is in it. */
export type FleetKeys<Name extends string> =
  | { readonly keys: ReadonlyMap<string, Readonly<Record<Name, string>>> }
  | { readonly problem: string };

const FLEET = /^[A-Za-z0-9_-]{1,64}$/;
/** Printable ASCII but the two signs that part keys. A blank is the usual cause of wrong signatures. */
const KEY = /^[!-+\--{}~]{1,512}$/;

/** Reads `fleet:key|key,fleet:key|key`, with one key for each name. */
export function parseFleetKeys<Name extends string>(
  text: string,
  names: readonly Name[],
): FleetKeys<Name> {
  const keys = new Map<string, Readonly<Record<Name, string>>>();
  const form = `fleet:${names.join("|")},…`;
  for (const [place, item] of text.split(",").entries()) {
    const problem = (what: string) => ({ problem: `${form}; item ${place + 1} ${what}` });
    const colon = item.indexOf(":");
    const fleet = item.slice(0, Math.max(colon, 0)).trim();
    const values = item.slice(colon + 1).split("|");
    if (!FLEET.test(fleet)) return problem("has no name of a fleet");
    if (keys.has(fleet)) return problem("names a fleet again");
    if (values.length !== names.length) return problem(`has ${values.length} keys`);
    const bad = names.find((_, index) => !KEY.test(values[index] ?? ""));
    if (bad !== undefined) return problem(`has an empty ${bad}, or a blank or other sign in it`);
    keys.set(
      fleet,
      Object.fromEntries(names.map((name, index) => [name, values[index] ?? ""])) as Record<
        Name,
        string
      >,
    );
  }
  return { keys };
}
