import type { AccountId } from "../account.ts";
import { actionEntryId, closingEntryId } from "../derived_ids.ts";
import type { TopUpActionRequired, TopUpCredited, TopUpFailed, TopUpStarted } from "../journal.ts";
import type { Accounts } from "../ports/accounts.ts";
import type { CardGateways, ChargeOutcome } from "../ports/card_gateway.ts";
import type { CardVault, KeptCard } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Journal } from "../ports/journal.ts";
import type { Log } from "../ports/log.ts";
import type { People } from "../ports/people.ts";
import type { UserActions } from "../ports/user_actions.ts";
import { decideTopUpAction, decideTopUpCredit, decideTopUpFailure } from "../top_up.ts";
import type { CardDeclines } from "./card_declines.ts";
import { reportOwed } from "./closing.ts";
import type { InquiryPlan } from "./inquiry_plan.ts";
import { askForOutcome, type Asking } from "./top_up_asking.ts";
import type { OpenTopUpState, TopUpState } from "./top_up_state.ts";
import { giveBackUnowed } from "./unowed_charges.ts";

export interface SettlingPorts {
  readonly accounts: Pick<Accounts, "update">;
  readonly journal: Pick<Journal, "find">;
  readonly vault: Pick<CardVault, "open">;
  readonly people: Pick<People, "find">;
  readonly actions: Pick<UserActions, "keep">;
  readonly gateways: CardGateways;
  readonly declines: Pick<CardDeclines, "release">;
  readonly plan: Pick<InquiryPlan, "countNotFound" | "forget">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly log: Log;
  /** Where the bank sends the user's browser, by top-up. */
  readonly callbackUrl: (topUpId: string) => string;
}

/** An open top-up, and what the gateway is asked about it first. */
export type Settling = Omit<Asking, "card">;

/** Asks the gateway for the outcome of a top-up, and commits it once it is known. */
export async function settleTopUp(ports: SettlingPorts, settling: Settling): Promise<TopUpState> {
  const { account: id, state } = settling;
  const { started } = state;
  const gateway = ports.gateways.named(started.gateway, id.filo);
  if (gateway === undefined) {
    const { gateway: name } = started;
    ports.log.error("card_gateway_not_configured", { topUpId: started.id, gateway: name });
    return state;
  }
  let opened: Promise<KeptCard> | undefined;
  const card = () => opened ??= ports.vault.open(id, started.card.cardId);
  const { outcome, surplus } = await askForOutcome({ ...ports, gateway }, { ...settling, card });
  const settled = await commitOutcome(ports, { id, state, outcome, card });
  const unowed = { ...ports, gateway };
  for (const charge of surplus) await giveBackUnowed(unowed, { started, charge, why: "surplus" });
  if (outcome.status === "charged" && settled.status === "failed") {
    await giveBackUnowed(unowed, { started, charge: outcome, why: "failed" });
  }
  if (settled.status === "credited" || settled.status === "failed") ports.plan.forget(started.id);
  return settled;
}

interface Outcome {
  readonly id: AccountId;
  readonly state: OpenTopUpState;
  readonly outcome: ChargeOutcome;
  readonly card: () => Promise<KeptCard>;
}

async function commitOutcome(
  ports: SettlingPorts,
  { id, state, outcome, card }: Outcome,
): Promise<TopUpState> {
  const { started } = state;
  if (outcome.status === "pending") return state;
  if (outcome.status === "requires_action") {
    return state.status === "requires_action"
      ? state
      : await commitAction(ports, { id, started, outcome });
  }
  const command = {
    ...closingCommand(ports, started),
    entryId: closingEntryId(started.id),
  };
  const closed = await ports.accounts.update<TopUpCredited | TopUpFailed, never>(
    { account: id, command },
    ({ account }) =>
      outcome.status === "charged"
        ? decideTopUpCredit(account, { ...command, providerRef: outcome.providerRef })
        : decideTopUpFailure(account, { ...command, reason: outcome.reason }),
  );
  if (closed.outcome === "accepted") reportOwed(ports.log, closed);
  const wasCharged = outcome.status === "charged" && closed.outcome === "accepted";
  const fleetFingerprint = () => card().then((kept) => kept.fleetFingerprint);
  const [now] = await Promise.all([
    // The journal says the outcome, whoever closed the top-up.
    readTopUp(ports.journal, id, started),
    wasCharged && ports.declines.release({
      filo: id.filo,
      fleetFingerprint: fleetFingerprint(),
      at: started.at,
    }),
  ]);
  return now;
}

/** Keeps what the user has to be shown before the journal says so: an entry without it would show nothing. */
async function commitAction(
  ports: SettlingPorts,
  { id, started, outcome }: {
    readonly id: AccountId;
    readonly started: TopUpStarted;
    readonly outcome: Extract<ChargeOutcome, { status: "requires_action" }>;
  },
): Promise<TopUpState> {
  const { action, providerRef, expiresAt } = outcome;
  await ports.actions.keep(started.id, { account: id, action, expiresAt });
  const command = {
    ...closingCommand(ports, started),
    entryId: actionEntryId(started.id),
    providerRef,
    expiresAt,
  };
  await ports.accounts.update<TopUpActionRequired, never>(
    { account: id, command },
    ({ account }) => decideTopUpAction(account, command),
  );
  return await readTopUp(ports.journal, id, started);
}

function closingCommand({ clock }: Pick<SettlingPorts, "clock">, started: TopUpStarted) {
  const { id: topUpId, gateway, requestId } = started;
  return { topUpId, gateway, at: clock.now(), requestId, by: "kese" as const };
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
  const action = await journal.find(account, actionEntryId(started.id));
  if (action?.type === "top_up_action_required") {
    return { status: "requires_action", started, action };
  }
  return { status: "pending", started };
}
