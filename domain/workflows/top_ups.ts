import type { AccountId } from "../account.ts";
import type { TopUpStarted } from "../journal.ts";
import {
  SETTLEMENTS_AT_ONCE,
  TOP_UP_WAIT_MILLISECONDS,
  TOP_UPS_AT_ONCE,
  TOP_UPS_WAITING,
} from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AccountStore, OpenTopUpAddress } from "../ports/account_store.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { FirstCharge, TopUpCommand, TopUpRejection } from "../top_up.ts";
import { type CardDeclinesPorts, createCardDeclines } from "./card_declines.ts";
import { readPages } from "./pages.ts";
import {
  readTopUp,
  settleTopUp,
  type Settling,
  type SettlingPorts,
  type TopUpState,
} from "./top_up_settling.ts";
import { startTopUp } from "./top_up_start.ts";

export interface SettlementPorts extends Omit<SettlingPorts, "declines"> {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly counters: CardDeclinesPorts["counters"];
  readonly store: Pick<AccountStore, "openTopUps">;
  readonly vault: Pick<CardVault, "open" | "fleetFingerprint">;
}

/** How many of the top-ups that a sweep found open are in each state after it. */
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
    return await readTopUp(ports.journal, account, started);
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
      // Each page after the last one, and not from the start, because some may stay pending.
      const pages = readPages<OpenTopUpAddress>((after) =>
        ports.store.openTopUps(except, TOP_UPS_AT_ONCE, after)
      );
      for await (const page of pages) {
        for (const status of await Promise.all(page.map(sweepOne))) {
          if (status) counts[status]++;
        }
      }
      return counts;
    },
  };
}
