import type { Account, AccountId } from "../account.ts";
import { rejected, UNCHANGED } from "../decision.ts";
import type { TopUpStarted } from "../journal.ts";
import { LOST_RACES_MAX } from "../limits.ts";
import type { Accounts, UpdateOutcome } from "../ports/accounts.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import { decideTopUp, type TopUpCommand, type TopUpRejection } from "../top_up.ts";
import type { CardDeclines } from "./card_declines.ts";

export interface TopUpStartPorts {
  readonly accounts: Pick<Accounts, "peek" | "update">;
  readonly vault: Pick<CardVault, "open">;
  readonly gateways: Pick<CardGateways, "of">;
  readonly declines: CardDeclines;
}

/**
 * Starts a top-up if the limit on declines in the fleet allows a charge of its card. The account that
 * was seen may be out of date, so the update confirms the card. If another card would be charged by
 * now, nothing is started, and the limit of that card is checked.
 */
export async function startTopUp(
  { accounts, vault, gateways, declines }: TopUpStartPorts,
  id: AccountId,
  asked: Omit<TopUpCommand, "gateway">,
): Promise<UpdateOutcome<TopUpStarted, TopUpRejection>> {
  const { name: gateway } = gateways.of(id.filo).traits;
  const command = { ...asked, gateway };
  let seen = await accounts.peek(id);
  for (let tries = 0; tries < LOST_RACES_MAX; tries++) {
    const cardId = seen && cardToCharge(seen, command);
    let fault: unknown;
    const kept = cardId === undefined
      ? undefined
      : await vault.open(id, cardId).catch((error) => void (fault = error));
    const isChargeable = kept !== undefined && kept.token !== null && kept.gateway === gateway;
    const charge = kept !== undefined && isChargeable
      ? { filo: id.filo, fleetFingerprint: kept.fleetFingerprint, at: command.at }
      : undefined;
    const tooMany = charge && await declines.reserve(charge);
    const outcome = await accounts.update<TopUpStarted, TopUpRejection>(
      { account: id, command },
      ({ account }) => {
        const decision = decideTopUp(account, command);
        if (decision.outcome !== "accepted") return decision;
        if (decision.entry.card.cardId !== cardId) return UNCHANGED;
        // Only a card that was removed since is not in the vault, and then the decision was another.
        if (kept === undefined) throw fault;
        if (!isChargeable) {
          return rejected({ code: "card_not_chargeable", cardId, saveAgain: true });
        }
        return tooMany ? rejected(tooMany) : decision;
      },
    );
    // After an unknown outcome the card may still be charged.
    const mayBeCharged = outcome.outcome === "accepted" || outcome.outcome === "outcome_unknown";
    if (charge && !tooMany && !mayBeCharged) await declines.release(charge);
    if (outcome.outcome !== "unchanged") return outcome;
    seen = outcome.account;
  }
  return { outcome: "busy" };
}

/** The card that would be charged; undefined if nothing would be started. */
function cardToCharge(account: Account, command: TopUpCommand): string | undefined {
  const decision = decideTopUp(account, command);
  return decision.outcome === "accepted" ? decision.entry.card.cardId : undefined;
}
