import type { AccountId } from "../account.ts";
import type { TopUpStarted } from "../journal.ts";
import {
  PAGE_MAX,
  SETTLEMENTS_AT_ONCE,
  TOP_UP_WAIT_MILLISECONDS,
  TOP_UPS_AT_ONCE,
  TOP_UPS_WAITING,
  UNNOTED_ACTION_MILLISECONDS,
  WEBHOOK_SEARCH_PAGES,
} from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AccountStore, OpenTopUpAddress } from "../ports/account_store.ts";
import type { CardGateway, GatewayMessage, UserAction } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Journal } from "../ports/journal.ts";
import type { UserActions } from "../ports/user_actions.ts";
import type { FirstCharge, TopUpCommand, TopUpRejection } from "../top_up.ts";
import { type CardDeclinesPorts, createCardDeclines } from "./card_declines.ts";
import { giveBackLateCharge } from "./failed_top_ups.ts";
import { createInquiryPlan } from "./inquiry_plan.ts";
import { readPages } from "./pages.ts";
import { readTopUp, settleTopUp, type Settling, type SettlingPorts } from "./top_up_settling.ts";
import { startTopUp } from "./top_up_start.ts";
import type { OpenTopUpState, TopUpState } from "./top_up_state.ts";

export interface SettlementPorts extends Omit<SettlingPorts, "declines" | "plan"> {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly counters: CardDeclinesPorts["counters"];
  readonly store: Pick<AccountStore, "openTopUps">;
  readonly journal: Pick<Journal, "find" | "ownerOf">;
  readonly vault: Pick<CardVault, "open">;
  readonly actions: UserActions;
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
    command: Omit<TopUpCommand, "firstChargeOf" | "gateway">,
  ): Promise<UpdateOutcome<TopUpStarted, TopUpRejection>>;
  /** Charges the card of a top-up that was just started, and waits a while for the outcome. */
  charge(account: AccountId, started: TopUpStarted): Promise<TopUpState>;
  /** The top-up with that id. If it is open, its outcome is asked for first, unless it just was. */
  find(account: AccountId, topUpId: string): Promise<TopUpState | undefined>;
  /** What the user's browser has to be shown, as long as the bank waits for it. */
  action(topUpId: string): Promise<ShownAction | undefined>;
  /** Ends the top-up of a user whose browser came back from the bank with a message. */
  comeBack(topUpId: string, message: GatewayMessage): Promise<TopUpState | undefined>;
  /** Asks how the top-up of a signed webhook ended; false for what the gateway did not sign. */
  hear(gateway: CardGateway, filo: string, message: GatewayMessage): Promise<boolean>;
  /**
   * Asks for the outcomes of open top-ups, a few at a time, the oldest first. Leaves out those that
   * started within so many milliseconds of now, but not those from a clock that is further ahead.
   */
  sweep(youngMilliseconds?: number): Promise<SweepCounts>;
}

type TopUpAddress = Pick<OpenTopUpAddress, "account" | "topUpId">;

/** An action, and what its top-up has come to. */
export interface ShownAction {
  readonly account: AccountId;
  readonly state: TopUpState;
  readonly action: UserAction;
}

export function createTopUpSettlement(givenPorts: SettlementPorts): TopUpSettlement {
  const plan = createInquiryPlan();
  const ports = { ...givenPorts, declines: createCardDeclines(givenPorts), plan };

  // By top-up: requests for the same one share one conversation with the gateway.
  const underway = new Map<string, Promise<TopUpState>>();
  const charging = new Set<string>();

  // The newest top-ups whose first charge ended without an outcome. A forgotten one counts as charging for a while.
  const unclear = new Set<string>();

  // Requests that wait for an outcome: a gateway that does not answer must not hold up too many.
  let waiting = 0;

  function settle(asked: Settling): Promise<TopUpState> {
    const { state: { started: { id } } } = asked;
    const joined = underway.get(id);
    if (joined) return joined;
    const settling = settleTopUp(ports, asked).finally(() => {
      underway.delete(id);
      charging.delete(id);
    });
    underway.set(id, settling);
    if (asked.ask !== "charge") plan.asked(id, ports.clock.now());
    if (asked.ask !== "charge") return settling;
    charging.add(id);
    void settling.then(({ status }) => isOpen(status) && rememberUnclear(id), () => {});
    return settling;
  }

  function rememberUnclear(id: string): void {
    for (const oldest of unclear) if (unclear.size >= SETTLEMENTS_AT_ONCE) unclear.delete(oldest);
    unclear.add(id);
  }

  /** Asks for the outcome and waits a while for it, if there is room. */
  async function ask(asked: Settling): Promise<TopUpState> {
    const { state } = asked;
    const { started } = state;
    // A sweep asks later, under the same reference; waiting here would only take memory.
    if (underway.size >= SETTLEMENTS_AT_ONCE && !underway.has(started.id)) return state;
    const settling = settle(asked);
    if (waiting >= TOP_UPS_WAITING) {
      settling.catch((error) =>
        ports.log.error("top_up_unsettled", { topUpId: started.id, error })
      );
      return state;
    }
    waiting++;
    try {
      return await ports.clock.within(settling, TOP_UP_WAIT_MILLISECONDS) ?? state;
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
    { account, topUpId }: TopUpAddress,
  ): Promise<TopUpState | undefined> {
    const state = await findStored(account, topUpId);
    if (state === undefined || !isOpenState(state)) return state;
    return await settle({ account, state, ask: "inquire" });
  }

  async function find(account: AccountId, topUpId: string): Promise<TopUpState | undefined> {
    const state = await findStored(account, topUpId);
    if (state === undefined || !isOpenState(state)) return state;
    // Whoever asks while it is being asked joins in.
    if (!underway.has(topUpId) && !plan.isDue(topUpId, ports.clock.now())) return state;
    return await ask({ account, state, ask: "inquire" });
  }

  async function comeBack(
    topUpId: string,
    message: GatewayMessage,
  ): Promise<TopUpState | undefined> {
    const kept = await ports.actions.find(topUpId);
    const state = kept && await findStored(kept.account, topUpId);
    if (kept === undefined || state?.status !== "requires_action") return state;
    const { account } = kept;
    const { action } = state;
    const gateway = ports.gateways.named(action.gateway, account.filo);
    const subject = await gateway?.verify(message).catch(() => undefined);
    const isOfIt = subject !== undefined &&
      (subject.reference ?? topUpId) === topUpId &&
      (subject.providerRef ?? action.providerRef) === action.providerRef;
    if (!isOfIt) ports.log.warn("card_gateway_message_not_verified", { topUpId });
    // A message that cannot be trusted, or that comes too late, is no more than a reason to ask.
    const isInTime = ports.clock.now() < action.expiresAt;
    return await ask({
      account,
      state,
      ask: isOfIt && isInTime ? { complete: message } : "inquire",
    });
  }

  async function hear(
    gateway: CardGateway,
    filo: string,
    message: GatewayMessage,
  ): Promise<boolean> {
    const subject = await gateway.verify(message).catch(() => undefined);
    if (subject === undefined) return false;
    const { reference, providerRef } = subject;
    const heard = reference === undefined
      ? await findOpen(filo, providerRef)
      : await findNamed(filo, reference);
    // An open one under a name that is not known is asked about by a sweep.
    if (heard) await settleHeard(heard);
    return true;
  }

  /** The top-up of a fleet, however it stands. */
  async function findNamed(filo: string, topUpId: string): Promise<TopUpAddress | undefined> {
    const account = await ports.journal.ownerOf(topUpId);
    return account?.filo === filo ? { account, topUpId } : undefined;
  }

  async function settleHeard({ account, topUpId }: TopUpAddress): Promise<void> {
    try {
      const state = await settleOpen({ account, topUpId });
      if (state?.status === "failed") await giveBackLateCharge(ports, account, state);
    } catch (error) {
      ports.log.error("top_up_unsettled", { topUpId, error });
    }
  }

  /**
   * The open top-up of a fleet by its gateway's own name for it. No index has these names, so the search
   * is bounded: what it does not find is asked about by a sweep. An open top-up has a name only while a
   * bank waits for its user, which is not for long.
   */
  async function findOpen(
    filo: string,
    providerRef: string | undefined,
  ): Promise<TopUpAddress | undefined> {
    if (providerRef === undefined) return undefined;
    const old = { from: 0, to: ports.clock.now() - UNNOTED_ACTION_MILLISECONDS };
    const pages = readPages<OpenTopUpAddress>((after) =>
      ports.store.openTopUps(old, PAGE_MAX, after)
    );
    let searched = 0;
    for await (const page of pages) {
      if (++searched > WEBHOOK_SEARCH_PAGES) return undefined;
      for (const open of page) {
        if (open.account.filo !== filo) continue;
        const account = await ports.accounts.peek(open.account);
        const topUp = account?.openTopUps.find(({ topUpId }) => topUpId === open.topUpId);
        if (topUp?.providerRef === providerRef) return open;
      }
    }
    return undefined;
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
    charge: (account, started) =>
      ask({ account, state: { status: "pending", started }, ask: "charge" }),
    find,
    action: async (topUpId) => {
      const kept = await ports.actions.find(topUpId);
      const state = kept && await findStored(kept.account, topUpId);
      return kept && state && { ...kept, state };
    },
    comeBack,
    hear,
    sweep: async (youngMilliseconds = 0) => {
      const now = ports.clock.now();
      const except = { from: now - youngMilliseconds, to: now + youngMilliseconds };
      const counts = { pending: 0, requires_action: 0, credited: 0, failed: 0 };
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

function isOpen(status: TopUpState["status"]): boolean {
  return status === "pending" || status === "requires_action";
}

function isOpenState(state: TopUpState): state is OpenTopUpState {
  return isOpen(state.status);
}
