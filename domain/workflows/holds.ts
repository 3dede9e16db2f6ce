import type { AccountId, Instant } from "../account.ts";
import {
  decideHoldCapture,
  decideHoldExpiry,
  decideHoldRelease,
  type HoldCaptureCommand,
  type HoldEndCommand,
} from "../hold.ts";
import { holdEndIds } from "../derived_ids.ts";
import type { HoldPlaced, HoldReleased, Payment } from "../journal.ts";
import { HOLDS_AT_ONCE } from "../limits.ts";
import type { AccountCommand, Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AccountStore, HoldAddress } from "../ports/account_store.ts";
import type { Clock } from "../ports/clock.ts";
import type { Ids } from "../ports/ids.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { RejectionOf } from "../rejection.ts";
import { readPages } from "./pages.ts";

/** A hold and what became of it. */
export type HoldState =
  | { readonly status: "open" | "released" | "expired"; readonly placed: HoldPlaced }
  | { readonly status: "captured"; readonly placed: HoldPlaced; readonly payment: Payment };

interface HoldPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "find">;
}

/** A request brings no id for the entry that ends a hold, because it is derived from the hold's. */
type Ending<Command> = Omit<Command, "entryId"> & { readonly account: AccountId };

type NotOpen = RejectionOf<"hold_not_found" | "hold_closed">;

const NO_HOLD = { outcome: "rejected", rejection: { code: "hold_not_found" } } as const;

/** Captures a hold: one payment that also ends the hold. */
export async function captureHold(
  ports: HoldPorts,
  { account: id, ...ending }: Ending<HoldCaptureCommand>,
): Promise<
  UpdateOutcome<Payment, NotOpen | RejectionOf<"account_closed" | "insufficient_balance">>
> {
  const entryId = holdEndIds(ending.holdId)?.capture;
  if (entryId === undefined) return NO_HOLD;
  const command = { ...ending, entryId };
  const outcome = await ports.accounts.update(
    { account: id, command },
    ({ account }) => decideHoldCapture(account, command),
  );
  return await explainClosed(ports, { account: id, command }, outcome);
}

/** Frees what a hold set aside. */
export async function releaseHold(
  ports: HoldPorts,
  { account: id, ...ending }: Ending<HoldEndCommand>,
): Promise<UpdateOutcome<HoldReleased, NotOpen | RejectionOf<"account_closed">>> {
  const entryId = holdEndIds(ending.holdId)?.release;
  if (entryId === undefined) return NO_HOLD;
  const command = { ...ending, entryId };
  const outcome = await ports.accounts.update(
    { account: id, command },
    ({ account }) => decideHoldRelease(account, command),
  );
  return await explainClosed(ports, { account: id, command }, outcome);
}

/** The account knows only its open holds; the journal says what became of any other. */
async function explainClosed<Outcome extends UpdateOutcome>(
  { journal }: Pick<HoldPorts, "journal">,
  { account, command }: AccountCommand & { readonly command: HoldEndCommand },
  outcome: Outcome,
): Promise<Outcome | { readonly outcome: "rejected"; readonly rejection: NotOpen }> {
  if (outcome.outcome !== "rejected" || outcome.rejection.code !== "hold_not_found") return outcome;
  const { holdId, at } = command;
  const state = await findHold(journal, account, { holdId, at });
  if (state === undefined || state.status === "open") return outcome;
  const paymentId = state.status === "captured" ? { paymentId: state.payment.id } : {};
  return {
    outcome: "rejected",
    rejection: { code: "hold_closed", holdStatus: state.status, ...paymentId },
  };
}

/** A hold as the journal has it. It expires at its time, whether or not a sweep has noted it. */
export async function findHold(
  journal: Pick<Journal, "find">,
  account: AccountId,
  { holdId, at }: { readonly holdId: string; readonly at: Instant },
): Promise<HoldState | undefined> {
  const ends = holdEndIds(holdId);
  if (ends === undefined) return undefined;
  const placed = await journal.find(account, holdId);
  if (placed?.type !== "hold_placed") return undefined;
  const [payment, end] = await Promise.all([
    journal.find(account, ends.capture),
    journal.find(account, ends.release),
  ]);
  if (payment?.type === "payment") return { status: "captured", placed, payment };
  if (end?.type === "hold_released") return { status: "released", placed };
  const isExpired = end?.type === "hold_expired" || at >= placed.expiresAt;
  return { status: isExpired ? "expired" : "open", placed };
}

export interface HoldSweepPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly store: Pick<AccountStore, "expiredHolds">;
  readonly clock: Pick<Clock, "now">;
  readonly ids: Pick<Ids, "requestId">;
  readonly log: Log;
}

/** Notes each expired hold in its journal. Returns how many; one that fails is left to the next sweep. */
export async function expireHolds(ports: HoldSweepPorts): Promise<number> {
  const now = ports.clock.now();
  let expired = 0;
  const pages = readPages<HoldAddress>((after) =>
    ports.store.expiredHolds(now, HOLDS_AT_ONCE, after)
  );
  for await (const page of pages) {
    const ended = await Promise.all(page.map((hold) => expireHold(ports, hold)));
    expired += ended.filter(Boolean).length;
  }
  return expired;
}

async function expireHold(
  { accounts, clock, ids, log }: HoldSweepPorts,
  { account: id, holdId }: HoldAddress,
): Promise<boolean> {
  const entryId = holdEndIds(holdId)?.release;
  if (entryId === undefined) return false;
  const at = clock.now();
  const command = { entryId, holdId, at, requestId: ids.requestId(at), by: "kese" as const };
  try {
    const { outcome } = await accounts.update(
      { account: id, command },
      ({ account }) => decideHoldExpiry(account, command),
    );
    return outcome === "accepted";
  } catch (error) {
    log.error("hold_not_expired", { holdId, error });
    return false;
  }
}
