import { type Day, dayOf, spanOfDay } from "../../domain/days.ts";
import { CURRENCY } from "../../domain/money.ts";
import type { FleetEntry } from "../../domain/ports/fleet_journal.ts";
import type { EntryAnswer } from "./entry_answers.ts";
import { BYTE_ORDER_MARK, type Cell, type SheetForm, writeLine } from "./csv.ts";
import { toEntry } from "./present_entry.ts";

/** An entry as the lists of a fleet show it. */
export interface ShownEntry extends EntryAnswer {
  readonly userNo: string;
}

export function toFleetEntry({ account: { userNo }, entry }: FleetEntry): ShownEntry {
  return { ...toEntry(entry), userNo };
}

/** Writes entries as lines of a file. */
export interface EntryWriter {
  /** What stands before the first line. */
  readonly head: string;
  line(entry: FleetEntry): string;
}

/** One JSON object a line (newline-delimited JSON). */
export const JSON_LINES: EntryWriter = {
  head: "",
  line: (entry) => `${JSON.stringify(toFleetEntry(entry))}\n`,
};

type Column = readonly [name: string, cell: (entry: ShownEntry) => Cell];

function text(name: keyof ShownEntry): Column {
  return [name, (entry) => {
    const value = entry[name];
    return value === undefined ? undefined : { text: String(value) };
  }];
}

function amount(name: "amount" | "delta" | "balanceAfter"): Column {
  return [name, (entry) => ({ amount: entry[name] })];
}

const WHEN: readonly Column[] = [text("id"), text("userNo"), text("seq"), text("type")];
const WHAT: readonly Column[] = [
  text("createdAt"),
  amount("amount"),
  amount("delta"),
  amount("balanceAfter"),
  ["currency", () => ({ text: CURRENCY })],
  ...(["by", "requestId", "paymentId", "topUpId", "cardRefundId", "holdId"] as const).map(text),
  ...(["orderId", "description", "reason", "note", "direction"] as const).map(text),
  ...(["declineReason", "gateway", "providerRef"] as const).map(text),
  ["card", ({ card }) => card && { text: card.maskedNumber }],
];

/** A sheet, with the day in a time zone next to each instant: an accountant adds up days. */
export function createSheet(form: SheetForm, timeZone: string): EntryWriter {
  const toDay = createDays(timeZone);
  const names = [...WHEN, ["day"] as const, ...WHAT].map(([name]) => ({ text: name }));
  return {
    head: BYTE_ORDER_MARK + writeLine(names, form),
    line: (fleetEntry) => {
      const entry = toFleetEntry(fleetEntry);
      const day = { text: toDay(fleetEntry.entry.at) };
      const [when, what] = [WHEN, WHAT].map((columns) => columns.map(([, cell]) => cell(entry)));
      return writeLine([...when ?? [], day, ...what ?? []], form);
    },
  };
}

/** Tells days, and remembers the last one, because most entries share it with the one before. */
function createDays(timeZone: string): (at: number) => Day {
  let last = { day: "", from: Infinity, to: -Infinity };
  return (at) => {
    if (at < last.from || at >= last.to) {
      const day = dayOf(at, timeZone);
      last = { day, ...spanOfDay(day, timeZone) };
    }
    return last.day;
  };
}
