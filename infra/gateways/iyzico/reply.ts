/** A JSON object of iyzico's in which every number is still its own text, so that 10.50 stays 10.50. */
export type Fields = Readonly<Record<string, unknown>>;

/** The reviver's third argument (ES2026), which the library's types do not have yet. */
type Reviver = (key: string, value: unknown, context: { readonly source: string }) => unknown;

const keepNumberText: Reviver = (_key, value, { source }) =>
  typeof value === "number" ? source : value;

/** Reads a JSON object. Throws a SyntaxError for anything else. */
export function parseFields(text: string): Fields {
  const value: unknown = JSON.parse(text, keepNumberText as Parameters<typeof JSON.parse>[1]);
  if (!isFields(value)) throw new SyntaxError("not a JSON object");
  return value;
}

/** A field that is a text or a number; undefined for any other. */
export function textOf(fields: Fields, name: string): string | undefined {
  const value = fields[name];
  return typeof value === "string" ? value : undefined;
}

/** A field that is a list of objects; undefined if it is something else, and empty if it is missing. */
export function listOf(fields: Fields, name: string): readonly Fields[] | undefined {
  const value = fields[name] ?? [];
  return Array.isArray(value) && value.every(isFields) ? value : undefined;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
