import type { AccountId } from "../account.ts";
import type { CardRefundRejection } from "../card_refund.ts";
import type { CardRefundStarted } from "../journal.ts";
import { CARD_REFUNDS_AT_ONCE, CARD_REFUNDS_WAITING } from "../limits.ts";
import type { AccountStore, OpenCardRefundAddress } from "../ports/account_store.ts";
import type { UpdateOutcome } from "../ports/accounts.ts";
import {
  type CardRefundSettling,
  type CardRefundSettlingPorts,
  type CardRefundState,
  createCardRefundSettling,
  readCardRefund,
} from "./card_refund_settling.ts";
import {
  type CardRefundRequest,
  type CardRefundStartPorts,
  startCardRefund,
} from "./card_refund_start.ts";
import { createConversations } from "./conversations.ts";
import { countSettled, readPages } from "./pages.ts";

export interface CardRefundPorts extends CardRefundSettlingPorts, CardRefundStartPorts {
  readonly accounts: CardRefundSettlingPorts["accounts"];
  readonly journal: CardRefundStartPorts["journal"];
  readonly gateways: CardRefundSettlingPorts["gateways"];
  readonly store: Pick<AccountStore, "openCardRefunds">;
}

/** How many of the card refunds that a sweep found open are in each state after it. */
export type CardRefundCounts = Readonly<Record<CardRefundState["status"], number>>;

/**
 * Gives money back to cards. The amount leaves the balance when `card_refund_started` is committed; then
 * the gateway is asked, and the outcome is committed once it is known. Until then the refund is pending,
 * and the next request or a sweep asks how it ended before anything is repeated.
 */
export interface CardRefunds {
  /** Commits that a card refund begins; the gateway is asked afterwards. */
  start(
    account: AccountId,
    request: CardRefundRequest,
  ): Promise<UpdateOutcome<CardRefundStarted, CardRefundRejection>>;
  /** Asks the gateway to give back what was just taken, and waits a while for the outcome. */
  giveBack(account: AccountId, started: CardRefundStarted): Promise<CardRefundState>;
  /** The card refund with that id. If it is open, its outcome is asked for first. */
  find(account: AccountId, cardRefundId: string): Promise<CardRefundState | undefined>;
  /** Asks for the outcomes of those that are open and not this young, the oldest first. */
  sweep(youngMilliseconds?: number): Promise<CardRefundCounts>;
}

export function createCardRefunds(ports: CardRefundPorts): CardRefunds {
  const { clock, journal, log, store } = ports;
  const settleOne = createCardRefundSettling(ports);

  const conversations = createConversations<CardRefundState>(clock, CARD_REFUNDS_WAITING);

  function settle(asked: CardRefundSettling): Promise<CardRefundState> {
    return conversations.join(asked.started.id, () => settleOne(asked));
  }

  /** Asks for the outcome and waits a while for it, if there is room. */
  async function ask(asked: CardRefundSettling): Promise<CardRefundState> {
    const { started } = asked;
    const pending = { status: "pending", started } as const;
    // A sweep asks later; waiting here would only take memory.
    if (!conversations.hasRoom(started.id)) return pending;
    const settling = settle(asked);
    // It may fail when nobody is waiting for it any longer.
    settling.catch((error) => reportUnsettled(started.id, error));
    try {
      return await conversations.wait(settling, () => {}) ?? pending;
    } catch {
      // The amount has left the balance, so the refund stays open, and the answer names it.
      return pending;
    }
  }

  function reportUnsettled(cardRefundId: string, error: unknown): void {
    log.error("card_refund_unsettled", { cardRefundId, error });
  }

  async function findStored(
    account: AccountId,
    cardRefundId: string,
  ): Promise<CardRefundState | undefined> {
    const started = await journal.find(account, cardRefundId);
    if (started?.type !== "card_refund_started") return undefined;
    return await readCardRefund(journal, account, started);
  }

  /** One that cannot be settled stays pending, and must not hold up the others. */
  async function sweepOne(
    { account, cardRefundId }: OpenCardRefundAddress,
  ): Promise<CardRefundState["status"] | undefined> {
    try {
      const state = await findStored(account, cardRefundId);
      if (state?.status !== "pending") return state?.status;
      return (await settle({ account, started: state.started, ask: "inquire" })).status;
    } catch (error) {
      reportUnsettled(cardRefundId, error);
      return "pending";
    }
  }

  return {
    start: (account, request) => startCardRefund(ports, account, request),
    giveBack: (account, started) => ask({ account, started, ask: "give_back" }),
    find: async (account, cardRefundId) => {
      const state = await findStored(account, cardRefundId);
      if (state?.status !== "pending") return state;
      return await ask({ account, started: state.started, ask: "inquire" });
    },
    sweep: async (youngMilliseconds = 0) => {
      const now = clock.now();
      const except = { from: now - youngMilliseconds, to: now + youngMilliseconds };
      const pages = readPages<OpenCardRefundAddress>((after) =>
        store.openCardRefunds(except, CARD_REFUNDS_AT_ONCE, after)
      );
      return await countSettled(pages, sweepOne, { pending: 0, completed: 0, failed: 0 });
    },
  };
}
