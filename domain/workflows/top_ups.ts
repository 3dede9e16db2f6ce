import type { AccountId } from "../account.ts";
import type { TopUpStarted } from "../journal.ts";
import { SETTLEMENTS_AT_ONCE, TOP_UPS_AT_ONCE, TOP_UPS_WAITING } from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { AccountStore, OpenTopUpAddress } from "../ports/account_store.ts";
import type { UserAction } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Journal } from "../ports/journal.ts";
import type { UserActions } from "../ports/user_actions.ts";
import type { FirstCharge, TopUpCommand, TopUpRejection } from "../top_up.ts";
import { type CardDeclinesPorts, createCardDeclines } from "./card_declines.ts";
import { createInquiryPlan } from "./inquiry_plan.ts";
import { createConversations } from "./conversations.ts";
import { countSettled, readPages } from "./pages.ts";
import { readTopUp, settleTopUp, type Settling, type SettlingPorts } from "./top_up_settling.ts";
import { createTopUpMessages, type TopUpAddress, type TopUpMessages } from "./top_up_messages.ts";
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
export interface TopUpSettlement extends TopUpMessages {
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
  /**
   * Asks for the outcomes of open top-ups, a few at a time, the oldest first. Leaves out those that
   * started within so many milliseconds of now, but not those from a clock that is further ahead.
   */
  sweep(youngMilliseconds?: number): Promise<SweepCounts>;
}

/** An action, and what its top-up has come to. */
export interface ShownAction {
  readonly account: AccountId;
  readonly state: TopUpState;
  readonly action: UserAction;
}

export function createTopUpSettlement(givenPorts: SettlementPorts): TopUpSettlement {
  const plan = createInquiryPlan();
  const ports = { ...givenPorts, declines: createCardDeclines(givenPorts), plan };

  const conversations = createConversations<TopUpState>(ports.clock, TOP_UPS_WAITING);
  const charging = new Set<string>();

  // The newest top-ups whose first charge ended without an outcome. A forgotten one counts as charging for a while.
  const unclear = new Set<string>();

  function settle(asked: Settling): Promise<TopUpState> {
    const { state: { started: { id } } } = asked;
    return conversations.join(id, () => {
      if (asked.ask === "charge") return chargeFirst(asked);
      plan.asked(id, ports.clock.now());
      return settleTopUp(ports, asked);
    });
  }

  async function chargeFirst(asked: Settling): Promise<TopUpState> {
    const { state: { started: { id } } } = asked;
    charging.add(id);
    try {
      const settled = await settleTopUp(ports, asked);
      if (isOpen(settled.status)) rememberUnclear(id);
      return settled;
    } finally {
      charging.delete(id);
    }
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
    if (!conversations.hasRoom(started.id)) return state;
    const settled = await conversations.wait(
      settle(asked),
      (error) => reportUnsettled(started.id, error),
    );
    return settled ?? state;
  }

  function reportUnsettled(topUpId: string, error: unknown): void {
    ports.log.error("top_up_unsettled", { topUpId, error });
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
    if (!conversations.isUnderway(topUpId) && !plan.isDue(topUpId, ports.clock.now())) return state;
    return await ask({ account, state, ask: "inquire" });
  }

  /** A top-up that cannot be settled stays pending, and must not hold up the others. */
  async function sweepOne(open: OpenTopUpAddress): Promise<TopUpState["status"] | undefined> {
    try {
      return (await settleOpen(open))?.status;
    } catch (error) {
      reportUnsettled(open.topUpId, error);
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
    ...createTopUpMessages(ports, { find: findStored, settleOpen, ask }),
    sweep: async (youngMilliseconds = 0) => {
      const now = ports.clock.now();
      const except = { from: now - youngMilliseconds, to: now + youngMilliseconds };
      const none = { pending: 0, requires_action: 0, credited: 0, failed: 0 };
      const pages = readPages<OpenTopUpAddress>((after) =>
        ports.store.openTopUps(except, TOP_UPS_AT_ONCE, after)
      );
      return await countSettled(pages, sweepOne, none);
    },
  };
}

function isOpen(status: TopUpState["status"]): boolean {
  return status === "pending" || status === "requires_action";
}

function isOpenState(state: TopUpState): state is OpenTopUpState {
  return isOpen(state.status);
}
