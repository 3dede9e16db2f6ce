import type { AccountId } from "../account.ts";
import { GATEWAY_TYPES } from "../day_end.ts";
import type { Span } from "../days.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import { PAGE_MAX } from "../limits.ts";
import type { FleetEntry, FleetJournal, FleetPlace } from "../ports/fleet_journal.ts";
import type { Journal } from "../ports/journal.ts";

interface ReferencePorts {
  readonly fleetJournal: FleetJournal;
  readonly journal: Pick<Journal, "find">;
}

/** Something that a card gateway's own report lists, and what the gateway calls the charge. */
export interface GatewayReference {
  readonly account: AccountId;
  readonly entry: EntryOf<"top_up_credited" | "card_refund_completed">;
  readonly providerRef: string;
}

/** The newest ones first. */
export interface ReferencePage {
  readonly references: readonly GatewayReference[];
  /** Where the next page starts; absent on the last one. */
  readonly next?: FleetPlace;
}

/** Reads what card gateways did for a fleet in some time, after a place of an earlier page. */
export async function readReferences(
  { fleetJournal, journal }: ReferencePorts,
  filo: string,
  { span, after }: { readonly span: Span; readonly after?: FleetPlace },
): Promise<ReferencePage> {
  const found: FleetEntry[] = [];
  let next = after;
  do {
    const page = await fleetJournal.list(filo, {
      ...span,
      types: GATEWAY_TYPES,
      limit: PAGE_MAX - found.length,
      ...(next !== undefined && { after: next }),
    });
    found.push(...page.entries);
    ({ next } = page);
  } while (next !== undefined && found.length < PAGE_MAX);
  const references = await Promise.all(found.map((one) => toReference(journal, one)));
  return { references, ...(next !== undefined && { next }) };
}

async function toReference(
  journal: ReferencePorts["journal"],
  { account, entry }: FleetEntry,
): Promise<GatewayReference> {
  if (entry.type === "top_up_credited") return { account, entry, providerRef: entry.providerRef };
  if (entry.type !== "card_refund_completed") throw new Error(`Cannot refer to a ${entry.type}`);
  const started: JournalEntry | undefined = await journal.find(account, entry.cardRefundId);
  if (started?.type !== "card_refund_started") {
    throw new Error(`Cannot find what ${entry.id} of ${account.userNo} completes`);
  }
  return { account, entry, providerRef: started.providerRef };
}
