/** The values that differ between two, by their path. */
export function findDifferences(first: unknown, second: unknown, path: string): readonly string[] {
  if (Object.is(first, second)) return [];
  if (!isObject(first) || !isObject(second)) {
    return [`${path} is ${shorten(first)}, must be ${shorten(second)}`];
  }
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  return [...names].flatMap((name) =>
    findDifferences(first[name], second[name], path === "" ? name : `${path}.${name}`)
  );
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

function shorten(value: unknown): string {
  return value === undefined ? "missing" : JSON.stringify(value).slice(0, 80);
}
