import type { AccountId } from "../account.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

export interface ForgettingPorts {
  readonly vault: Pick<CardVault, "open" | "remove">;
  readonly gateways: Pick<CardGateways, "named">;
  readonly clock: Pick<Clock, "within">;
  readonly log: Log;
}

/**
 * Lets the gateway forget cards, and removes them from the vault. One that the gateway did not forget
 * stays in the vault, so that reconciling repeats it. Gives how many are gone.
 */
export async function forgetCards(
  ports: ForgettingPorts,
  id: AccountId,
  cardIds: readonly string[],
): Promise<number> {
  const gone: string[] = [];
  for (const cardId of cardIds) if (await forgetCard(ports, id, cardId)) gone.push(cardId);
  if (gone.length > 0) await ports.vault.remove(id, gone);
  return gone.length;
}

async function forgetCard(
  { vault, gateways, clock, log }: ForgettingPorts,
  id: AccountId,
  cardId: string,
): Promise<boolean> {
  // A record that does not open does not say what to forget.
  const kept = await vault.open(id, cardId).catch(() => undefined);
  if (kept === undefined || kept.token === null) return true;
  const gateway = gateways.named(kept.gateway, id.filo);
  // That gateway is no longer configured, so nobody can be asked to forget its token.
  if (gateway === undefined || !gateway.traits.keepsCards) return true;
  const { token } = kept;
  try {
    const forgot = gateway.forget(token).then(() => true);
    if (await clock.within(forgot, GATEWAY_TIMEOUT_MILLISECONDS)) return true;
    log.warn("card_not_forgotten", { cardId });
  } catch (error) {
    log.warn("card_not_forgotten", { cardId, error });
  }
  return false;
}
