import {
  CARD_REFUND_SWEEP_AFTER_MILLISECONDS,
  DAY_CLOSING_INTERVAL_MILLISECONDS,
  SWEEP_INTERVAL_MILLISECONDS,
  TOP_UP_SWEEP_AFTER_MILLISECONDS,
} from "../../domain/limits.ts";
import type { CardRefunds } from "../../domain/workflows/card_refunds.ts";
import type { DayEnds } from "../../domain/workflows/day_ends.ts";
import { expireHolds, type HoldSweepPorts } from "../../domain/workflows/holds.ts";
import type { TopUpSettlement } from "../../domain/workflows/top_ups.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Keyring } from "../crypto/keyring.ts";
import type { Store } from "../store.ts";

/** How often it is looked for entries that wait to be filed. */
const MOVE_INTERVAL_MILLISECONDS = 5_000;

interface SweepPorts extends Omit<HoldSweepPorts, "store"> {
  readonly keyring: Pick<Keyring, "open">;
  readonly settlement: Pick<TopUpSettlement, "sweep">;
  readonly cardRefunds: Pick<CardRefunds, "sweep">;
  readonly observer?: Observer;
  readonly store: Pick<Store, "accounts" | "keepHouse">;
}

/** Creates a sweep: asks about open top-ups and card refunds, ends expired holds, and removes what has expired. */
export function createSweep(ports: SweepPorts): () => Promise<void> {
  const { cardRefunds, clock, keyring, log, observer, settlement, store } = ports;
  return async () => {
    await keyring.open();
    const now = clock.now();
    const counts = await settlement.sweep(TOP_UP_SWEEP_AFTER_MILLISECONDS);
    if (Object.values(counts).some((count) => count > 0)) log.info("top_ups_swept", counts);
    observer?.topUpsOpen(counts.pending + counts.requires_action);
    const refunds = await cardRefunds.sweep(CARD_REFUND_SWEEP_AFTER_MILLISECONDS);
    if (Object.values(refunds).some((count) => count > 0)) log.info("card_refunds_swept", refunds);
    const expired = await expireHolds({ ...ports, store: store.accounts });
    if (expired > 0) log.info("holds_expired", { expired });
    await store.keepHouse(now);
  };
}

interface Sweeping {
  sweep(): Promise<void>;
  /** Logs what an operator should know about the database. */
  readonly inspect: (() => Promise<void>) | undefined;
  readonly log: Log;
  readonly intervalMilliseconds?: number;
}

interface Moving {
  readonly moveWaiting: Store["moveWaiting"];
  readonly clock: Pick<Clock, "now">;
  readonly log: Log;
  readonly intervalMilliseconds?: number;
}

/** Files waiting entries at an interval, one round after the other. Returns a function that stops it. */
export function keepMoving(
  { moveWaiting, clock, log, intervalMilliseconds = MOVE_INTERVAL_MILLISECONDS }: Moving,
): () => void {
  if (moveWaiting === undefined) return () => {};
  const start = keepFromOverlapping(() =>
    moveWaiting(clock.now()).catch((error) => log.warn("entries_not_moved", { error }))
  );
  const timer = setInterval(start, intervalMilliseconds);
  return () => clearInterval(timer);
}

export interface Closing {
  readonly fleets: Iterable<string>;
  readonly dayEnds: Pick<DayEnds, "closeNext">;
  /** A promise until the store is known to be the right one. */
  readonly opening: () => Promise<void> | undefined;
  readonly log: Log;
  readonly intervalMilliseconds?: number;
}

/**
 * Closes the days of all fleets at an interval, one day after the other, so that a request finds them
 * closed however long a history is. Returns a function that stops it after the day that is worked out.
 */
export function keepClosingDays(
  { fleets, dayEnds, opening, log, intervalMilliseconds = DAY_CLOSING_INTERVAL_MILLISECONDS }:
    Closing,
): () => void {
  let isStopped = false;
  const close = async (filo: string): Promise<void> => {
    try {
      await opening();
      while (!isStopped && await dayEnds.closeNext(filo));
    } catch (error) {
      // That the store was closed in the meantime is not worth a line.
      if (!isStopped) log.warn("days_not_closed", { filo, error });
    }
  };
  const start = keepFromOverlapping(async () => {
    for (const filo of fleets) await close(filo);
  });
  const timer = setInterval(start, intervalMilliseconds);
  return () => {
    isStopped = true;
    clearInterval(timer);
  };
}

/**
 * Sweeps at once and then at an interval, never two sweeps at the same time, however long one takes.
 * Returns a function that stops it.
 */
export function keepSweeping(
  { sweep, inspect, log, intervalMilliseconds = SWEEP_INTERVAL_MILLISECONDS }: Sweeping,
): () => void {
  let wanted = inspect;
  const start = keepFromOverlapping(async () => {
    await sweep().catch((error) => log.error("sweep_failed", { error }));
    // Until it has succeeded once, because the database may be unavailable at first.
    await wanted?.().then(
      () => wanted = undefined,
      (error) => log.warn("store_not_inspected", { error }),
    );
  });
  void start();
  const timer = setInterval(start, intervalMilliseconds);
  return () => clearInterval(timer);
}

/** Leaves out a round while the one before it is under way. The work must not reject. */
function keepFromOverlapping(work: () => Promise<void>): () => Promise<void> {
  let underway = false;
  return async () => {
    if (underway) return;
    underway = true;
    await work();
    underway = false;
  };
}
