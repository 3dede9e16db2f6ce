import type { AccountId } from "../account.ts";
import { PAGE_MAX, UNNOTED_ACTION_MILLISECONDS, WEBHOOK_SEARCH_PAGES } from "../limits.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { AccountStore, OpenTopUpAddress } from "../ports/account_store.ts";
import type { CardGateway, CardGateways, GatewayMessage } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { UserActions } from "../ports/user_actions.ts";
import { giveBackLateCharge } from "./failed_top_ups.ts";
import { readPages } from "./pages.ts";
import type { Settling } from "./top_up_settling.ts";
import type { TopUpState } from "./top_up_state.ts";

interface TopUpMessagePorts {
  readonly accounts: Pick<Accounts, "peek">;
  readonly actions: Pick<UserActions, "find">;
  readonly journal: Pick<Journal, "ownerOf">;
  readonly store: Pick<AccountStore, "openTopUps">;
  readonly vault: Pick<CardVault, "open">;
  readonly gateways: Pick<CardGateways, "named">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly log: Log;
}

export type TopUpAddress = Pick<OpenTopUpAddress, "account" | "topUpId">;

/** What a message leads to. */
interface MessagedTopUps {
  /** How a top-up stands according to the journal. */
  find(account: AccountId, topUpId: string): Promise<TopUpState | undefined>;
  /** Asks for the outcome of a top-up if it is open, and waits until it is known. */
  settleOpen(address: TopUpAddress): Promise<TopUpState | undefined>;
  /** Asks for the outcome and waits a while for it. */
  ask(asked: Settling): Promise<TopUpState>;
}

/** What browsers and gateways say about top-ups. It is a hint: what is credited was asked for. */
export interface TopUpMessages {
  /** Ends the top-up of a user whose browser came back from the bank with a message. */
  comeBack(topUpId: string, message: GatewayMessage): Promise<TopUpState | undefined>;
  /**
   * Asks how the top-up of a signed webhook ended; false for what the gateway did not sign. Rejects if
   * that cannot be told now: the gateway sends it again.
   */
  hear(gateway: CardGateway, filo: string, message: GatewayMessage): Promise<boolean>;
}

export function createTopUpMessages(
  ports: TopUpMessagePorts,
  topUps: MessagedTopUps,
): TopUpMessages {
  async function comeBack(
    topUpId: string,
    message: GatewayMessage,
  ): Promise<TopUpState | undefined> {
    const kept = await ports.actions.find(topUpId);
    const state = kept && await topUps.find(kept.account, topUpId);
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
    return await topUps.ask({
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
    const subject = await gateway.verify(message);
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
      const state = await topUps.settleOpen({ account, topUpId });
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

  return { comeBack, hear };
}
