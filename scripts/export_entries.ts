/**
 * Writes a fleet's entries to a file or to the standard output, newest first; what it does is said on
 * the standard error:
 *
 *     deno task export --from 2026-03-01 --to 2026-03-31 --format csv --fleet hergele > march.csv
 *
 * Safe while Kese runs.
 *
 * @module
 */

import { parseArgs } from "node:util";
import { spanOfDay } from "../domain/days.ts";
import { EXPORT_PAGE } from "../domain/limits.ts";
import { fleetEntryPages, type FleetQuery } from "../domain/workflows/fleet_entries.ts";
import { type Kese, openForTask, readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";
import { PLAIN_SHEET, TURKISH_SHEET } from "../routes/contract/csv.ts";
import { createSheet, type EntryWriter, JSON_LINES } from "../routes/contract/entry_lines.ts";
import { from as fromField, type Moment, to as toField } from "../routes/contract/fleet_fields.ts";

/** What is written and where. */
export interface ExportOrder {
  readonly fleet: string;
  readonly query: Pick<FleetQuery, "from" | "to">;
  readonly writer: EntryWriter;
}

interface Streams {
  readonly write: (text: string) => Promise<void>;
  /** Told how many entries are written. */
  readonly progress: (entries: number) => void;
}

/** Writes page after page, and gives how many entries there were. */
export async function exportEntries(
  { dependencies: { fleet: { journal: fleetJournal }, journal } }: Pick<Kese, "dependencies">,
  { fleet, query, writer }: ExportOrder,
  { write, progress }: Streams,
): Promise<number> {
  let written = 0;
  await write(writer.head);
  const asked = { ...query, limit: EXPORT_PAGE };
  for await (const page of fleetEntryPages({ fleetJournal, journal }, fleet, asked)) {
    await write(page.map((entry) => writer.line(entry)).join(""));
    written += page.length;
    progress(written);
  }
  return written;
}

type Fleets = Kese["dependencies"]["settings"]["fleets"];

/** Reads the command line; a text says what is wrong with it. */
export function readOrder(
  args: readonly string[],
  { fleets, timeZone }: { readonly fleets: Fleets; readonly timeZone: string },
): ExportOrder | string {
  const { values } = parseArgs({ args: [...args], options: OPTIONS, strict: false });
  const unknown = Object.keys(values).find((name) => !(name in OPTIONS));
  if (unknown !== undefined) return `--${unknown} is unknown`;
  const { fleet = fleets.size === 1 ? [...fleets.keys()][0] : undefined } = values;
  if (typeof fleet !== "string" || !fleets.has(fleet)) {
    return `--fleet must be one of ${[...fleets.keys()].join(", ")}`;
  }
  const writer = chooseWriter(values.format ?? "csv", { lang: values.dil, timeZone });
  if (writer === undefined) return "--format must be csv or ndjson, --dil tr or en";
  const begin = readMoment(fromField, values.from);
  const end = readMoment(toField, values.to);
  if (begin === "wrong" || end === "wrong") return "--from and --to must be days or instants";
  const query = {
    ...(begin && { from: "at" in begin ? begin.at : spanOfDay(begin.day, timeZone).from }),
    ...(end && { to: "at" in end ? end.at : spanOfDay(end.day, timeZone).to }),
  };
  return { fleet, query, writer };
}

const OPTIONS = {
  fleet: { type: "string" },
  from: { type: "string" },
  to: { type: "string" },
  format: { type: "string" },
  dil: { type: "string" },
} as const;

function chooseWriter(
  format: unknown,
  { lang = "en", timeZone }: { readonly lang: unknown; readonly timeZone: string },
): EntryWriter | undefined {
  if (lang !== "tr" && lang !== "en") return undefined;
  if (format === "ndjson") return JSON_LINES;
  if (format !== "csv") return undefined;
  return createSheet(lang === "tr" ? TURKISH_SHEET : PLAIN_SHEET, timeZone);
}

function readMoment(field: typeof fromField, text: unknown): Moment | undefined | "wrong" {
  if (text === undefined) return undefined;
  const { data } = field.safeParse(text);
  return data ?? "wrong";
}

/** How often the progress is said. */
const PROGRESS_MILLISECONDS = 1_000;

/** Says how many entries are written, once a second. */
function createProgress(now = () => performance.now()): (entries: number) => void {
  const begun = now();
  let said = begun;
  return (entries) => {
    if (now() - said < PROGRESS_MILLISECONDS) return;
    said = now();
    console.error(`${entries} entries, ${Math.round(entries / (said - begun) * 1_000)} a second`);
  };
}

async function main(): Promise<void> {
  const environment = readEnvironmentOrExit(await readVariablesOrExit({ mayMakeStore: false }));
  const order = readOrder(Deno.args, environment);
  if (typeof order === "string") {
    console.error(order);
    Deno.exit(2);
  }
  const kese = await openForTask(environment);
  try {
    const encoder = new TextEncoder();
    const written = await exportEntries(kese, order, {
      write: async (text) => {
        const bytes = encoder.encode(text);
        for (let from = 0; from < bytes.length;) {
          from += await Deno.stdout.write(bytes.subarray(from));
        }
      },
      progress: createProgress(),
    });
    console.error(`${written} entries of ${order.fleet} are written.`);
  } finally {
    await kese.close();
  }
}

if (import.meta.main) await main();
