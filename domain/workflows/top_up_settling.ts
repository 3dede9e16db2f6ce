import type { AccountId } from "../account.ts";
import type { CardNumber } from "../card_number.ts";
import { closingEntryId } from "../derived_ids.ts";
import type { TopUpCredited, TopUpFailed, TopUpStarted } from "../journal.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { CardGateway, ChargeOutcome } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import { decideTopUpCredit, decideTopUpFailure } from "../top_up.ts";
import type { CardDeclines } from "./card_declines.ts";
import { reportOwed } from "./closing.ts";

/** A top-up, and how it ended according to the journal. */
export type TopUpState =
  | { readonly status: "pending"; readonly started: TopUpStarted }
  | { readonly status: "credited"; readonly started: TopUpStarted; readonly closing: TopUpCredited }
  | { readonly status: "failed"; readonly started: TopUpStarted; readonly closing: TopUpFailed };

export interface SettlingPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "find">;
  readonly vault: Pick<CardVault, "open">;
  readonly gateway: CardGateway;
  readonly declines: Pick<CardDeclines, "release">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly log: Log;
}

/** An open top-up, and what the gateway is asked about it first. */
export interface Settling {
  readonly account: AccountId;
  readonly started: TopUpStarted;
  readonly ask: "charge" | "inquire";
}

/** Asks the gateway for the outcome of a top-up, and commits it once it is known. */
export async function settleTopUp(ports: SettlingPorts, settling: Settling): Promise<TopUpState> {
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
    readTopUp(ports.journal, id, started),
    wasCharged && ports.declines.release({ filo: id.filo, number: number(), at: started.at }),
  ]);
  return state;
}

/** The outcome of the charge; pending unless it is certain. */
async function askGateway(
  { gateway, clock, log }: SettlingPorts,
  { started, ask, number }: Settling & { readonly number: () => Promise<CardNumber> },
): Promise<ChargeOutcome> {
  try {
    const asking = ask === "charge" ? charge() : gateway.inquire(started.id);
    const answer = await clock.within(asking, GATEWAY_TIMEOUT_MILLISECONDS) ??
      { status: "pending" };
    // Not found does not mean failed: the first charge may still be on its way, under the same reference.
    if (answer.status !== "not_found") return checkAmount(answer);
    return checkAmount(
      await clock.within(charge(), GATEWAY_TIMEOUT_MILLISECONDS) ?? { status: "pending" },
    );
  } catch (error) {
    log.warn("card_gateway_unclear", { topUpId: started.id, error });
    return { status: "pending" };
  }

  /** A charge of another amount cannot be this top-up's, so an operator has to look. */
  function checkAmount(answer: ChargeOutcome): ChargeOutcome {
    const isOther = answer.status === "charged" && answer.amountKurus !== undefined &&
      answer.amountKurus !== started.amountKurus;
    if (!isOther) return answer;
    log.error("card_gateway_charged_another_amount", { topUpId: started.id });
    return { status: "pending" };
  }

  async function charge(): Promise<ChargeOutcome> {
    return await gateway.charge(started.id, await number(), started.amountKurus);
  }
}

/** How a top-up stands according to the journal. */
export async function readTopUp(
  journal: Pick<Journal, "find">,
  account: AccountId,
  started: TopUpStarted,
): Promise<TopUpState> {
  const closing = await journal.find(account, closingEntryId(started.id));
  if (closing?.type === "top_up_credited") return { status: "credited", started, closing };
  if (closing?.type === "top_up_failed") return { status: "failed", started, closing };
  return { status: "pending", started };
}
