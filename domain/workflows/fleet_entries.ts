import type { AccountId } from "../account.ts";
import { COMMIT_DELAY_MAX_MILLISECONDS, PAGE_MAX, USER_PAGES_PER_PAGE } from "../limits.ts";
import type { JournalEntry } from "../journal.ts";
import type {
  FleetEntry,
  FleetJournal,
  FleetListOptions,
  FleetPage,
  FleetPlace,
} from "../ports/fleet_journal.ts";
import type { Journal } from "../ports/journal.ts";

interface FleetPorts {
  readonly fleetJournal: FleetJournal;
  readonly journal: Pick<Journal, "list" | "find">;
}

/** Which entries of a fleet: of all its users, or of one. */
export interface FleetQuery extends FleetListOptions {
  readonly userNo?: string;
}

/** A page of a fleet's entries. Those of one user come from the user's own journal, by number. */
export async function listFleetEntries(
  { fleetJournal, journal }: FleetPorts,
  filo: string,
  { userNo, ...options }: FleetQuery,
): Promise<FleetPage> {
  if (userNo === undefined) return await fleetJournal.list(filo, options);
  return await listOfUser(journal, { filo, userNo }, options);
}

/** The place after an entry of that fleet, or of that user; undefined if there is no such entry. */
export async function placeAfterEntry(
  { fleetJournal, journal }: FleetPorts,
  { filo, userNo }: { readonly filo: string; readonly userNo: string | undefined },
  entryId: string,
): Promise<FleetPlace | undefined> {
  if (userNo === undefined) return await fleetJournal.placeOf(filo, entryId);
  return (await journal.find({ filo, userNo }, entryId))?.seq.toString();
}

/** Every page, one after the other, each when it is asked for. */
export async function* fleetEntryPages(
  ports: FleetPorts,
  filo: string,
  query: FleetQuery,
): AsyncGenerator<readonly FleetEntry[]> {
  let page = await listFleetEntries(ports, filo, query);
  yield page.entries;
  while (page.next !== undefined) {
    page = await listFleetEntries(ports, filo, { ...query, after: page.next });
    yield page.entries;
  }
}

async function listOfUser(
  journal: Pick<Journal, "list">,
  id: AccountId,
  { limit, from = -Infinity, to = Infinity, types, orderId, after }: FleetListOptions,
): Promise<FleetPage> {
  const filter = { ...(types && { types }), ...(orderId !== undefined && { orderId }) };
  const found: JournalEntry[] = [];
  let before = after === undefined ? undefined : Number(after);
  for (let read = 0; read < USER_PAGES_PER_PAGE; read++) {
    const place = before === undefined ? {} : { beforeSeq: before };
    const page = await journal.list(id, { ...filter, ...place, limit: PAGE_MAX });
    found.push(...page.entries.filter(({ at }) => at >= from && at < to));
    before = page.nextBeforeSeq;
    const oldest = page.entries.at(-1)?.at ?? Infinity;
    const isOver = before === undefined || oldest < from - COMMIT_DELAY_MAX_MILLISECONDS;
    if (isOver || found.length > limit) return toPage(id, found, limit);
  }
  // Short, and not the last: the next one goes on where this one stopped to look.
  const { entries, next = String(before) } = toPage(id, found, limit);
  return { entries, next };
}

function toPage(account: AccountId, found: readonly JournalEntry[], limit: number): FleetPage {
  const entries = found.slice(0, limit).map((entry) => ({ account, entry }));
  const last = entries.at(-1);
  if (found.length <= limit || last === undefined) return { entries };
  return { entries, next: String(last.entry.seq) };
}
