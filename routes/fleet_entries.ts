import { z } from "zod";
import { lackingScope, type Scope } from "../domain/auth.ts";
import { EXPORT_PAGE, EXPORTS_PER_FLEET, PAGE_DEFAULT } from "../domain/limits.ts";
import {
  fleetEntryPages,
  type FleetQuery,
  listFleetEntries,
  placeAfterEntry,
} from "../domain/workflows/fleet_entries.ts";
import { fleetEntryListAnswer } from "./contract/entry_answers.ts";
import { PLAIN_SHEET, TURKISH_SHEET } from "./contract/csv.ts";
import { createSheet, type EntryWriter, JSON_LINES, toFleetEntry } from "./contract/entry_lines.ts";
import { limit, userNo } from "./contract/fields.ts";
import { entryTypes, fleetCursor, from, sheetLanguage, to } from "./contract/fleet_fields.ts";
import { orderId } from "./contract/money_fields.ts";
import { toPeriod } from "./contract/period.ts";
import { listErrors, problem, type Read, refuse } from "./contract/problems.ts";
import { chooseMediaType } from "./http/accept.ts";
import { AtOnce } from "./http/at_once.ts";
import type { Dependencies } from "./http/dependencies.ts";
import {
  defineFleetEndpoint,
  type Endpoint,
  type FleetRequest,
  type TextStream,
} from "./http/endpoint.ts";
import { refuseRateLimited } from "./http/rate_limits.ts";

const FIELDS = z.object({
  from: from.optional(),
  to: to.optional(),
  type: entryTypes.optional(),
  userNo: userNo.optional(),
  orderId: orderId.optional(),
  limit: limit.optional(),
  cursor: fleetCursor.optional(),
  dil: sheetLanguage.optional(),
});
type Request = FleetRequest<z.output<typeof FIELDS>>;

const CSV = "text/csv";
const NDJSON = "application/x-ndjson";
const JSON_PAGE = "application/json";

/** What a key needs for a file: it takes all that a fleet has at once. */
const EXPORT_SCOPE: Scope = "admin";
/** Lines that are written in one piece: a millisecond or two. */
const LINES_AT_ONCE = 100;
/** When a client that was refused an export is asked to come back. */
const EXPORT_RETRY_SECONDS = 30;

/** The entries of a whole fleet: page by page, or all of them as a file. */
export function createFleetEntryRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const exports = new AtOnce(EXPORTS_PER_FLEET);
  return [
    defineFleetEndpoint({
      method: "get",
      path: "/filo/islemler",
      operation: "list_fleet_entries",
      scope: "read",
      tag: "fleet",
      summary: "Lists the entries of the whole fleet, newest first, or gives all of them as a file",
      parameters: FIELDS,
      answers: { 200: fleetEntryListAnswer },
      streams: [CSV, NDJSON],
      problems: ["validation_failed"],
    }, async (request) => {
      request.trace.userNo = request.parameters.userNo ?? null;
      const query = await readQuery(dependencies, request);
      if (!query.ok) return query.problem;
      const form = chooseMediaType(request.headers.get("accept"), [JSON_PAGE, CSV, NDJSON]);
      if (form === JSON_PAGE) return await listPage(dependencies, request, query.value);
      const scope = lackingScope(request.caller, EXPORT_SCOPE);
      if (scope !== undefined) return problem("forbidden", { scope });
      if (request.parameters.limit !== undefined) {
        return listErrors("validation_failed", [{ field: "limit", code: "not_for_exports" }]);
      }
      const end = exports.begin(request.filo);
      if (end === undefined) return refuseExport();
      return exportAll(dependencies, request, { query: query.value, form, end });
    }),
  ];
}

function refuseExport() {
  return refuseRateLimited({
    policy: "exports",
    limit: EXPORTS_PER_FLEET,
    windowSeconds: EXPORT_RETRY_SECONDS,
    retryAfterSeconds: EXPORT_RETRY_SECONDS,
  });
}

async function listPage(
  { fleet, journal }: Dependencies,
  { filo, parameters }: Request,
  query: FleetQuery,
) {
  const ports = { fleetJournal: fleet.journal, journal };
  const page = await listFleetEntries(ports, filo, query);
  const nextCursor = page.next === undefined
    ? null
    : fleet.cursors.seal(cursorScope(filo, parameters.userNo), page.next);
  return {
    status: 200,
    message: "entries_listed",
    body: { data: page.entries.map(toFleetEntry), nextCursor },
  } as const;
}

/** Reads what is asked for; the query of an export has pages of its own length. */
async function readQuery(
  dependencies: Dependencies,
  { filo, parameters }: Request,
): Promise<Read<FleetQuery>> {
  const { type: types, userNo, orderId, limit = PAGE_DEFAULT, cursor } = parameters;
  const { timeZone } = dependencies.settings;
  const period = toPeriod(parameters, timeZone);
  if (!period.ok) return period;
  const after = cursor === undefined
    ? undefined
    : await findPlace(dependencies, { filo, userNo, cursor });
  if (cursor !== undefined && after === undefined) {
    return refuse(listErrors("validation_failed", [{ field: "cursor", code: "invalid_cursor" }]));
  }
  const value = {
    limit,
    ...period.value,
    ...(types && { types }),
    ...(userNo !== undefined && { userNo }),
    ...(orderId !== undefined && { orderId }),
    ...(after !== undefined && { after }),
  };
  return { ok: true, value };
}

/** A cursor of ours, or the id of the entry after which to go on: a file that broke off ends with one. */
async function findPlace(
  { fleet, journal }: Dependencies,
  { filo, userNo, cursor }: {
    readonly filo: string;
    readonly userNo: string | undefined;
    readonly cursor: string;
  },
): Promise<string | undefined> {
  return fleet.cursors.open(cursorScope(filo, userNo), cursor) ??
    await placeAfterEntry({ fleetJournal: fleet.journal, journal }, { filo, userNo }, cursor);
}

function cursorScope(filo: string, userNo: string | undefined): string {
  return userNo === undefined ? filo : `${filo}/${userNo}`;
}

interface Export {
  readonly query: FleetQuery;
  readonly form: typeof CSV | typeof NDJSON;
  /** To be called when nothing more is written. */
  readonly end: () => void;
}

function exportAll(
  { fleet, journal, log, settings }: Dependencies,
  { filo, at, parameters: { cursor, dil }, requestId }: Request,
  { query, form, end }: Export,
): TextStream {
  const sheet = dil === "tr" ? TURKISH_SHEET : PLAIN_SHEET;
  const writer = form === CSV ? createSheet(sheet, settings.timeZone) : JSON_LINES;
  // What comes after the request is no part of it, however long the client takes.
  const asked = { ...query, to: Math.min(query.to ?? Infinity, at + 1), limit: EXPORT_PAGE };
  const pages = fleetEntryPages({ fleetJournal: fleet.journal, journal }, filo, asked);
  return {
    status: 200,
    mediaType: form,
    fileName: `${filo}-islemler.${form === CSV ? "csv" : "ndjson"}`,
    pieces: write(),
    end,
  };

  /** The answer has begun, so if an entry cannot be read, it can only be cut off. */
  async function* write(): AsyncGenerator<string> {
    try {
      // What goes on after an earlier file is appended to it.
      if (cursor === undefined) yield writer.head;
      for await (const page of pages) {
        for (let from = 0; from < page.length; from += LINES_AT_ONCE) {
          yield await fleet.pace(() => writeLines(writer, page.slice(from, from + LINES_AT_ONCE)));
        }
      }
    } catch (error) {
      log.error("export_broken_off", { requestId, error });
      throw error;
    }
  }
}

function writeLines(
  { line }: EntryWriter,
  entries: Parameters<EntryWriter["line"]>[0][],
): string {
  return entries.map(line).join("");
}
