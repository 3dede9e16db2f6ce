import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import type { Store } from "../../../infra/store.ts";
import { passTurns } from "../clock.ts";
import { type Call, intercept, meet } from "../faults.ts";
import type { Sightings } from "./sightings.ts";

/** What happens to a call, and how much longer than usual it takes. */
export interface PlannedFault {
  readonly kind: FaultKind;
  /** Turns of the event loop, in which others get ahead. */
  readonly turns: number;
  /** Time that passes on the clocks. */
  readonly milliseconds: number;
}

/** A call that lands late takes effect after its caller was told that it failed. */
export type FaultKind =
  | "none"
  | "fails_before"
  | "fails_after"
  | "lands_late"
  | "conflict"
  | "full";

export const NO_FAULT: PlannedFault = { kind: "none", turns: 0, milliseconds: 0 };

/** Which fault each call can meet with: only one that writes can land late. */
const FAULTS_OF: Readonly<Record<string, readonly FaultKind[]>> = {
  load: ["fails_before", "fails_after"],
  entriesOfOldKeys: ["fails_before", "fails_after"],
  expiredHolds: ["fails_before", "fails_after"],
  find: ["fails_before", "fails_after"],
  inquire: ["fails_before", "fails_after"],
  inquireGiveBack: ["fails_before", "fails_after"],
  change: ["fails_before", "fails_after"],
  changeAuthCode: ["fails_before", "fails_after"],
  insert: ["fails_before", "fails_after", "lands_late"],
  charge: ["fails_before", "fails_after", "lands_late"],
  complete: ["fails_before", "fails_after", "lands_late"],
  giveBack: ["fails_before", "fails_after", "lands_late"],
  save: ["fails_before", "fails_after", "lands_late", "conflict", "full"],
};

/** Faults that happen to calls in the order in which the calls are made. */
export interface Faults {
  /** How often which fault happened. */
  readonly counts: ReadonlyMap<string, number>;
  /** The store, but its accounts, journal and people meet with faults; `sightings` sees what is really saved. */
  unreliableStore(store: Store, sightings: Sightings): Store;
  unreliableGateway(gateway: CardGateway): CardGateway;
  /** From now on nothing fails. Resolves when all that was late has landed. */
  stop(): Promise<void>;
}

/** Late is later than the retry of the same call. */
const TURNS_LATE = 40;

/** Each fault once, in order; then none. So a call that is tried again succeeds in the end. */
export function createFaults(
  planned: readonly PlannedFault[],
  { letTimePass }: { readonly letTimePass: (milliseconds: number) => void },
): Faults {
  const waiting = [...planned];
  const late = new Set<Promise<void>>();
  const counts = new Map<string, number>();

  function land(make: Call["make"]): void {
    const landing: Promise<void> = passTurns(TURNS_LATE)
      .then(make)
      // Whether it fails or not, its caller was told long before that it failed.
      .then(() => {}, () => {})
      .finally(() => late.delete(landing));
    late.add(landing);
  }

  async function disturb(call: Call, failure?: (cause: Error) => Error): Promise<unknown> {
    const { kind, turns, milliseconds } = waiting.shift() ?? NO_FAULT;
    await passTurns(turns);
    if (milliseconds > 0) letTimePass(milliseconds);
    if (!FAULTS_OF[call.method]?.includes(kind)) return await call.make();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (kind === "lands_late") land(call.make);
    return await meet(call, kind === "lands_late" ? "fails_before" : kind, failure);
  }

  /** As every adapter of a store says it: any other error would be a fault of Kese. */
  const unavailable = (cause: Error) => new StoreUnavailableError(cause);

  return {
    counts,
    unreliableStore: (store, sightings) => {
      const onCall = (call: Call): unknown =>
        call.method in FAULTS_OF
          ? disturb({ ...call, make: () => sightings.watch(call) }, unavailable)
          : call.make();
      const { accounts, journal, people } = store;
      return {
        ...store,
        accounts: intercept(accounts, onCall),
        journal: intercept(journal, onCall),
        people: intercept(people, onCall),
      };
    },
    unreliableGateway: (gateway) => intercept(gateway, (call) => disturb(call)),
    stop: async () => {
      waiting.length = 0;
      while (late.size > 0) await Promise.all(late);
    },
  };
}
