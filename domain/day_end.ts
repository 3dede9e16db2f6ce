import type { Day } from "./days.ts";
import type { EntryType, JournalEntry } from "./journal.ts";
import { ENTRY_TYPES } from "./entry_traits.ts";
import { add, type Kurus, NO_MONEY } from "./money.ts";

/** A number of things and what they come to. */
export interface Total {
  readonly count: number;
  readonly amountKurus: Kurus;
}

/** What the entries of one type add up to; where a card gateway is involved, for each gateway separately. */
export interface Tally extends Total {
  readonly type: EntryType;
  /** Of {@linkcode GATEWAY_TYPES} alone. */
  readonly gateway?: string;
  /** By how much they changed balances. */
  readonly deltaKurus: Kurus;
}

/** What a card gateway's own report lists: a charge that was credited, and money that went back. */
export const GATEWAY_TYPES = ["top_up_credited", "card_refund_completed"] as const;
type GatewayType = typeof GATEWAY_TYPES[number];

export type Movement = Omit<Tally, "gateway">;

export interface GatewayTotal extends Total {
  readonly gateway: string;
}

/** A day of a fleet: what its users had before, what moved, and what they had after. */
export interface DayEnd {
  readonly day: Day;
  readonly openingKurus: Kurus;
  /** One for each type that occurred, in the order of ENTRY_TYPES. */
  readonly movements: readonly Movement[];
  readonly closingKurus: Kurus;
  readonly topUps: readonly GatewayTotal[];
  readonly cardRefunds: readonly GatewayTotal[];
}

/** The tally of a single entry. */
export function tallyOf(entry: JournalEntry): Tally {
  const { type, amountKurus, deltaKurus } = entry;
  const gateway = isOfGateway(entry) ? { gateway: entry.gateway } : {};
  return { type, ...gateway, count: 1, amountKurus, deltaKurus };
}

function isOfGateway(entry: JournalEntry): entry is Extract<JournalEntry, { type: GatewayType }> {
  return (GATEWAY_TYPES as readonly EntryType[]).includes(entry.type);
}

/** Adds up what was tallied in parts, in a stable order: by type, then by gateway. */
export function addTallies(tallies: Iterable<Tally>): readonly Tally[] {
  const sums = new Map<string, Tally>();
  for (const tally of tallies) {
    const name = `${tally.type} ${tally.gateway ?? ""}`;
    const sum = sums.get(name);
    sums.set(name, sum === undefined ? tally : { ...sum, ...both(sum, tally) });
  }
  return [...sums.values()].sort((first, second) =>
    ENTRY_TYPES.indexOf(first.type) - ENTRY_TYPES.indexOf(second.type) ||
    compareTexts(first.gateway ?? "", second.gateway ?? "")
  );
}

/** By how much tallied entries changed balances. */
export function totalDelta(tallies: readonly Pick<Tally, "deltaKurus">[]): Kurus {
  return tallies.reduce((sum, { deltaKurus }) => add(sum, deltaKurus), NO_MONEY);
}

/** Ends a day that began with that total: closing is opening plus all that moved. */
export function endDay(
  day: Day,
  { openingKurus, tallies }: { readonly openingKurus: Kurus; readonly tallies: Iterable<Tally> },
): DayEnd {
  const sums = addTallies(tallies);
  const movements = addTallies(sums.map(({ gateway: _, ...movement }) => movement));
  return {
    day,
    openingKurus,
    movements,
    closingKurus: add(openingKurus, totalDelta(movements)),
    topUps: byGateway(sums, "top_up_credited"),
    cardRefunds: byGateway(sums, "card_refund_completed"),
  };
}

function byGateway(tallies: readonly Tally[], of: GatewayType): readonly GatewayTotal[] {
  return tallies.flatMap(({ type, gateway, count, amountKurus }) =>
    type === of && gateway !== undefined ? [{ gateway, count, amountKurus }] : []
  );
}

function both(first: Tally, second: Tally): Total & Pick<Tally, "deltaKurus"> {
  return {
    count: first.count + second.count,
    amountKurus: add(first.amountKurus, second.amountKurus),
    deltaKurus: add(first.deltaKurus, second.deltaKurus),
  };
}

/** By code units, as both databases compare texts. */
function compareTexts(first: string, second: string): number {
  return first === second ? 0 : first < second ? -1 : 1;
}
