/** What a form of Stripe's can hold. */
export type FormValue = string | number | boolean | readonly FormValue[] | FormFields;
export interface FormFields {
  readonly [name: string]: FormValue | undefined;
}

/** Writes fields as Stripe reads them: `card[number]=…`, and places of a list in brackets, too. */
export function toForm(fields: FormFields): string {
  return String(new URLSearchParams(toPairs("", fields)));
}

function toPairs(prefix: string, value: FormValue | undefined): [string, string][] {
  if (value === undefined) return [];
  if (typeof value !== "object") return [[prefix, String(value)]];
  return Object.entries(value).flatMap(([name, inner]) =>
    toPairs(prefix === "" ? name : `${prefix}[${name}]`, inner)
  );
}
