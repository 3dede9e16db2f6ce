import type { AccountId } from "../account.ts";
import type { CardNumber } from "../card_number.ts";
import { closingEntryId } from "../derived_ids.ts";
import type { TopUpCredited, TopUpFailed, TopUpStarted } from "../journal.ts";
import {
  GATEWAY_TIMEOUT_MILLISECONDS,
  SETTLEMENTS_AT_ONCE,
  TOP_UP_WAIT_MILLISECONDS,
  TOP_UPS_AT_ONCE,
  TOP_UPS_WAITING,
} from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AccountStore, OpenTopUpAddress } from "../ports/account_store.ts";
import type { CardGateway, ChargeOutcome } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import {
  decideTopUpCredit,
  decideTopUpFailure,
  type FirstCharge,
  type TopUpCommand,
  type TopUpRejection,
} from "../top_up.ts";
import { type CardDeclines, type CardDeclinesPorts, createCardDeclines } from "./card_declines.ts";
import { reportOwed } from "./closing.ts";
import { startTopUp } from "./top_up_start.ts";

/** A top-up, and how it ended according to the journal. */
export type TopUpState =
  | { readonly status: "pending"; readonly started: TopUpStarted }
  | { readonly status: "credited"; readonly started: TopUpStarted; readonly closing: TopUpCredited }
  | { readonly status: "failed"; readonly started: TopUpStarted; readonly closing: TopUpFailed };

export interface SettlementPorts extends Pick<CardDeclinesPorts, "counters" | "log"> {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly store: Pick<AccountStore, "openTopUps">;
  readonly journal: Pick<Journal, "find">;
  readonly vault: Pick<CardVault, "open" | "fleetFingerprint">;
  readonly gateway: CardGateway;
  readonly clock: Pick<Clock, "now" | "within">;
}

/** How the top-ups that a sweep found open stand after it. */
export type SweepCounts = Readonly<Record<TopUpState["status"], number>>;

/**
 * Brings top-ups to their end. The card is charged after `top_up_started` is committed, and the outcome
 * is committed once it is known. Until then the top-up stays pending, and the next request or a sweep
 * asks again; the reference keeps the card from being charged twice.
 */
export interface TopUpSettlement {
  /** Commits that a top-up begins; the card is charged afterwards. */
  start(
    account: AccountId,
    command: Omit<TopUpCommand, "firstChargeOf">,
  ): Promise<UpdateOutcome<TopUpStarted, TopUpRejection>>;
  /** Charges the card of a top-up that was just started, and waits a while for the outcome. */
  charge(account: AccountId, started: TopUpStarted): Promise<TopUpState>;
  /** The top-up with that id. If it is open, its outcome is asked for first. */
  find(account: AccountId, topUpId: string): Promise<TopUpState | undefined>;
  /**
   * Asks for the outcomes of open top-ups, a few at a time, the oldest first. Leaves out those that
   * started within so many milliseconds of now, but not those from a clock that is further ahead.
   */
  sweep(youngMilliseconds?: number): Promise<SweepCounts>;
}

export function createTopUpSettlement(givenPorts: SettlementPorts): TopUpSettlement {
  const ports = { ...givenPorts, declines: createCardDeclines(givenPorts) };

  // By top-up: requests for the same one share one conversation with the gateway.
  const underway = new Map<string, Promise<TopUpState>>();
  const charging = new Set<string>();

  // The newest top-ups whose first charge ended without an outcome. A forgotten one counts as charging for a while.
  const unclear = new Set<string>();

  // Requests that wait for an outcome: a gateway that does not answer must not hold up too many.
  let waiting = 0;

  function settle(asked: Settling): Promise<TopUpState> {
    const { started: { id } } = asked;
    const joined = underway.get(id);
    if (joined) return joined;
    const settling = settleTopUp(ports, asked).finally(() => {
      underway.delete(id);
      charging.delete(id);
    });
    underway.set(id, settling);
    if (asked.ask !== "charge") return settling;
    charging.add(id);
    void settling.then(({ status }) => status === "pending" && rememberUnclear(id), () => {});
    return settling;
  }

  function rememberUnclear(id: string): void {
    for (const oldest of unclear) if (unclear.size >= SETTLEMENTS_AT_ONCE) unclear.delete(oldest);
    unclear.add(id);
  }

  /** Asks for the outcome and waits a while for it, if there is room. */
  async function ask(asked: Settling): Promise<TopUpState> {
    const { started } = asked;
    const pending = { status: "pending", started } as const;
    // A sweep asks later, under the same reference; waiting here would only take memory.
    if (underway.size >= SETTLEMENTS_AT_ONCE && !underway.has(started.id)) return pending;
    const settling = settle(asked);
    if (waiting >= TOP_UPS_WAITING) {
      settling.catch((error) =>
        ports.log.error("top_up_unsettled", { topUpId: started.id, error })
      );
      return pending;
    }
    waiting++;
    try {
      return await ports.clock.within(settling, TOP_UP_WAIT_MILLISECONDS) ?? pending;
    } finally {
      waiting--;
    }
  }

  async function findStored(account: AccountId, topUpId: string): Promise<TopUpState | undefined> {
    const started = await ports.journal.find(account, topUpId);
    if (started?.type !== "top_up_started") return undefined;
    return await readState(ports.journal, account, started);
  }

  async function settleOpen(
    { account, topUpId }: OpenTopUpAddress,
  ): Promise<TopUpState | undefined> {
    const state = await findStored(account, topUpId);
    if (state?.status !== "pending") return state;
    return await settle({ account, started: state.started, ask: "inquire" });
  }

  /** A top-up that cannot be settled stays pending, and must not hold up the others. */
  async function sweepOne(open: OpenTopUpAddress): Promise<TopUpState["status"] | undefined> {
    try {
      return (await settleOpen(open))?.status;
    } catch (error) {
      ports.log.error("top_up_unsettled", { topUpId: open.topUpId, error });
      return "pending";
    }
  }

  /** How far the first charge of an open top-up is that this process started. */
  function firstChargeOf(topUpId: string): FirstCharge | undefined {
    if (charging.has(topUpId)) return "under_way";
    return unclear.has(topUpId) ? "unclear" : undefined;
  }

  return {
    start: (account, command) => startTopUp(ports, account, { ...command, firstChargeOf }),
    charge: (account, started) => ask({ account, started, ask: "charge" }),
    find: async (account, topUpId) => {
      const state = await findStored(account, topUpId);
      if (state?.status !== "pending") return state;
      return await ask({ account, started: state.started, ask: "inquire" });
    },
    sweep: async (youngMilliseconds = 0) => {
      const now = ports.clock.now();
      const except = { from: now - youngMilliseconds, to: now + youngMilliseconds };
      const counts = { pending: 0, credited: 0, failed: 0 };
      let page = await ports.store.openTopUps(except, TOP_UPS_AT_ONCE);
      for (let last = page.at(-1); last !== undefined; last = page.at(-1)) {
        for (const status of await Promise.all(page.map(sweepOne))) {
          if (status) counts[status]++;
        }
        // Past the last one, and not from the start, because some may stay pending.
        page = await ports.store.openTopUps(except, TOP_UPS_AT_ONCE, last);
      }
      return counts;
    },
  };
}

type SettlingPorts = SettlementPorts & { readonly declines: CardDeclines };

type Asking = "charge" | "inquire";

interface Settling {
  readonly account: AccountId;
  readonly started: TopUpStarted;
  readonly ask: Asking;
}

async function settleTopUp(ports: SettlingPorts, settling: Settling): Promise<TopUpState> {
  const { account: id, started } = settling;
  let opened: Promise<CardNumber> | undefined;
  const number = () => opened ??= ports.vault.open(id, started.card.cardId);
  const outcome = await askGateway(ports, { ...settling, number });
  if (outcome.status === "pending") return { status: "pending", started };
  const command = {
    entryId: closingEntryId(started.id),
    topUpId: started.id,
    at: ports.clock.now(),
    requestId: started.requestId,
    by: "kese" as const,
  };
  const closed = await ports.accounts.update<TopUpCredited | TopUpFailed, never>(
    { account: id, command },
    ({ account }) =>
      outcome.status === "charged"
        ? decideTopUpCredit(account, command)
        : decideTopUpFailure(account, { ...command, reason: outcome.reason }),
  );
  if (closed.outcome === "accepted") reportOwed(ports.log, closed);
  const wasCharged = outcome.status === "charged" && closed.outcome === "accepted";
  const [state] = await Promise.all([
    // The journal says the outcome, whoever closed the top-up.
    readState(ports.journal, id, started),
    wasCharged && ports.declines.release({ filo: id.filo, number: number(), at: started.at }),
  ]);
  return state;
}

/** The outcome of the charge; pending unless it is certain. */
async function askGateway(
  { gateway, clock, log }: SettlementPorts,
  { started, ask, number }: Settling & { readonly number: () => Promise<CardNumber> },
): Promise<ChargeOutcome> {
  try {
    const asking = ask === "charge" ? charge() : gateway.inquire(started.id);
    const answer = await clock.within(asking, GATEWAY_TIMEOUT_MILLISECONDS) ??
      { status: "pending" };
    // Not found does not mean failed, because the first charge may still be on its way. It has the same reference.
    if (answer.status !== "not_found") return checkAmount(answer);
    return checkAmount(
      await clock.within(charge(), GATEWAY_TIMEOUT_MILLISECONDS) ?? { status: "pending" },
    );
  } catch (error) {
    log.warn("card_gateway_unclear", { topUpId: started.id, error });
    return { status: "pending" };
  }

  /** A charge of another amount cannot be this top-up's, so somebody has to look. */
  function checkAmount(answer: ChargeOutcome): ChargeOutcome {
    const isOther = answer.status === "charged" && answer.amountKurus !== undefined &&
      answer.amountKurus !== started.amountKurus;
    if (!isOther) return answer;
    log.error("card_gateway_charged_another_sum", { topUpId: started.id });
    return { status: "pending" };
  }

  async function charge(): Promise<ChargeOutcome> {
    return await gateway.charge(started.id, await number(), started.amountKurus);
  }
}

async function readState(
  journal: Pick<Journal, "find">,
  account: AccountId,
  started: TopUpStarted,
): Promise<TopUpState> {
  const closing = await journal.find(account, closingEntryId(started.id));
  if (closing?.type === "top_up_credited") return { status: "credited", started, closing };
  if (closing?.type === "top_up_failed") return { status: "failed", started, closing };
  return { status: "pending", started };
}
