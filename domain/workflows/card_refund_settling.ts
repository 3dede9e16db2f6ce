import type { AccountId } from "../account.ts";
import { decideCardRefundCompletion, decideCardRefundFailure } from "../card_refund.ts";
import { cardRefundEndId } from "../derived_ids.ts";
import type { CardRefundCompleted, CardRefundFailed, CardRefundStarted } from "../journal.ts";
import {
  CARD_REFUND_ASK_AGAIN_MILLISECONDS,
  CARD_REFUND_NOT_FOUND_TIMES,
  GATEWAY_TIMEOUT_MILLISECONDS,
} from "../limits.ts";
import type { Accounts } from "../ports/accounts.ts";
import type {
  CardGateway,
  CardGateways,
  GiveBackOrder,
  GiveBackOutcome,
} from "../ports/card_gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import { reportOwed } from "./closing.ts";

/** Money on its way back to a card, and how it ended according to the journal. */
export type CardRefundState =
  | { readonly status: "pending"; readonly started: CardRefundStarted }
  | {
    readonly status: "completed";
    readonly started: CardRefundStarted;
    readonly ending: CardRefundCompleted;
  }
  | {
    readonly status: "failed";
    readonly started: CardRefundStarted;
    readonly ending: CardRefundFailed;
  };

export interface CardRefundSettlingPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "find">;
  readonly gateways: Pick<CardGateways, "named">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly log: Log;
}

/** An open card refund, and what the gateway is asked about it first. */
export interface CardRefundSettling {
  readonly account: AccountId;
  readonly started: CardRefundStarted;
  readonly ask: "give_back" | "inquire";
}

/** Asks the gateway for the outcome of a card refund, and commits it once it is known. */
export type SettleCardRefund = (settling: CardRefundSettling) => Promise<CardRefundState>;

/** `never_arrived`: the gateway never saw the card refund, and by now it can no longer arrive. */
type Outcome = GiveBackOutcome | { readonly status: "never_arrived" };

export function createCardRefundSettling(ports: CardRefundSettlingPorts): SettleCardRefund {
  const { accounts, journal, gateways, clock, log } = ports;

  // How often each was not found, and when last: one answer may only be too early.
  const notFound = new Map<string, { readonly times: number; readonly at: number }>();

  /** The outcome; pending unless it is certain. */
  async function askGateway(
    { account, started, ask }: CardRefundSettling,
  ): Promise<Outcome> {
    const gateway = gateways.named(started.gateway, account.filo);
    if (gateway === undefined) {
      log.error("card_gateway_not_configured", {
        cardRefundId: started.id,
        gateway: started.gateway,
      });
      return { status: "pending" };
    }
    const order = toOrder(started);
    try {
      if (ask === "give_back") return await giveBack(gateway, order);
      const answer = await clock.within(
        gateway.inquireGiveBack(order),
        GATEWAY_TIMEOUT_MILLISECONDS,
      ) ?? { status: "pending" };
      if (answer.status !== "not_found") return answer;
      return await repeatOrWait(gateway, started);
    } catch (error) {
      log.warn("card_gateway_unclear", { cardRefundId: started.id, error });
      return { status: "pending" };
    }
  }

  /** Not found does not mean refused: it may still be on its way, or may never have been sent. */
  async function repeatOrWait(gateway: CardGateway, started: CardRefundStarted): Promise<Outcome> {
    const { repeatableSeconds, notFoundIsFinalAfterSeconds } = gateway.traits;
    const now = clock.now();
    const ageSeconds = (now - started.at) / 1_000;
    if (ageSeconds < repeatableSeconds) return await giveBack(gateway, toOrder(started));
    if (ageSeconds < notFoundIsFinalAfterSeconds) return { status: "pending" };
    const before = notFound.get(started.id);
    if (before && now - before.at < CARD_REFUND_ASK_AGAIN_MILLISECONDS) {
      return { status: "pending" };
    }
    const times = (before?.times ?? 0) + 1;
    notFound.set(started.id, { times, at: now });
    return { status: times < CARD_REFUND_NOT_FOUND_TIMES ? "pending" : "never_arrived" };
  }

  async function giveBack(gateway: CardGateway, order: GiveBackOrder): Promise<GiveBackOutcome> {
    return await clock.within(gateway.giveBack(order), GATEWAY_TIMEOUT_MILLISECONDS) ??
      { status: "pending" };
  }

  return async (settling) => {
    const { account: id, started } = settling;
    const outcome = await askGateway(settling);
    if (outcome.status === "pending") return { status: "pending", started };
    const command = {
      entryId: endIdOf(started),
      cardRefundId: started.id,
      at: clock.now(),
      requestId: started.requestId,
      by: "kese" as const,
    };
    const ended = await accounts.update<CardRefundCompleted | CardRefundFailed, never>(
      { account: id, command, topUps: [started.topUpId] },
      (view) =>
        outcome.status === "given_back"
          ? decideCardRefundCompletion(view, { ...command, how: outcome.how })
          : decideCardRefundFailure(view, command),
    );
    if (ended.outcome === "accepted") reportOwed(log, ended);
    notFound.delete(started.id);
    // The journal says the outcome, whoever ended it.
    return await readCardRefund(journal, id, started);
  };
}

/** The order that a gateway is given for a card refund. */
export function toOrder(
  { id: refundReference, topUpId: reference, providerRef, amountKurus, whole }: CardRefundStarted,
): GiveBackOrder {
  return { reference, providerRef, refundReference, amountKurus, whole };
}

function endIdOf({ id }: CardRefundStarted): string {
  const endId = cardRefundEndId(id);
  if (endId === undefined) throw new Error(`Cannot end ${id}: it is no card refund`);
  return endId;
}

/** How a card refund stands according to the journal. */
export async function readCardRefund(
  journal: Pick<Journal, "find">,
  account: AccountId,
  started: CardRefundStarted,
): Promise<CardRefundState> {
  const ending = await journal.find(account, endIdOf(started));
  if (ending?.type === "card_refund_completed") return { status: "completed", started, ending };
  if (ending?.type === "card_refund_failed") return { status: "failed", started, ending };
  return { status: "pending", started };
}
