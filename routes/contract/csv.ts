/** How a sheet is written: as RFC 4180 says, or as a Turkish Excel reads it. */
export interface SheetForm {
  readonly separator: "," | ";";
  readonly decimalComma: boolean;
}

export const PLAIN_SHEET: SheetForm = { separator: ",", decimalComma: false };
export const TURKISH_SHEET: SheetForm = { separator: ";", decimalComma: true };

/** The first character of a sheet; without it Excel takes UTF-8 for something else. */
export const BYTE_ORDER_MARK = "\ufeff";

/** A cell. An amount is a number to a sheet, a text never is. */
export type Cell = { readonly text: string } | { readonly amount: string } | undefined;

/** Cells as one line of a sheet. */
export function writeLine(cells: readonly Cell[], form: SheetForm): string {
  return `${cells.map((cell) => writeCell(cell, form)).join(form.separator)}\r\n`;
}

function writeCell(cell: Cell, { decimalComma }: SheetForm): string {
  if (cell === undefined) return "";
  if ("text" in cell) return writeText(cell.text);
  return decimalComma ? cell.amount.replace(".", ",") : cell.amount;
}

/** What a sheet takes for a formula and runs, the wide forms of the same signs included. */
const FORMULA = /^[=+\-@\t\r\n＝＋－＠]/;
const NEEDS_QUOTES = /[",;'\r\n\t]/;

/** An apostrophe before it makes a text of what a sheet would run (OWASP, CSV injection). */
function writeText(text: string): string {
  const harmless = FORMULA.test(text) ? `'${text}` : text;
  return NEEDS_QUOTES.test(harmless) ? `"${harmless.replaceAll('"', '""')}"` : harmless;
}
