/** What a variable says, or what is wrong with it: the rest of a sentence that begins with its name. */
export type Parsed<Value> =
  | { readonly value: Value; readonly fault?: never }
  | { readonly fault: string; readonly value?: never };

/** The keys of each fleet, by their names. */
export type FleetKeys<Name extends string> = ReadonlyMap<string, Readonly<Record<Name, string>>>;

const FLEET = /^[A-Za-z0-9_-]{1,64}$/;
/** Printable ASCII. A blank is the usual cause of wrong signatures, and nobody sees it. */
const KEY = /^[!-~]{1,512}$/;

/** Reads `fleet:key|key,fleet:key|key`, with one key for each name. No fault repeats a key. */
export function parseFleetKeys<Name extends string>(
  text: string,
  names: readonly Name[],
): Parsed<FleetKeys<Name>> {
  const form = `must be fleet:${names.join("|")},…, each fleet once`;
  const fleets = new Map<string, Readonly<Record<Name, string>>>();
  for (const item of text.split(",").map((item) => item.trim())) {
    const colon = item.indexOf(":");
    const fleet = item.slice(0, Math.max(colon, 0));
    const parts = item.slice(colon + 1).split("|");
    if (!FLEET.test(fleet) || parts.length !== names.length || fleets.has(fleet)) {
      return { fault: form };
    }
    const keys: Partial<Record<Name, string>> = {};
    for (const [place, name] of names.entries()) {
      const key = parts[place] ?? "";
      if (key === "") return { fault: `must have all keys of ${fleet}: ${names.join("|")}` };
      if (!KEY.test(key)) {
        return { fault: `must have no blank or invisible character in the keys of ${fleet}` };
      }
      keys[name] = key;
    }
    fleets.set(fleet, keys as Record<Name, string>);
  }
  return { value: fleets };
}
