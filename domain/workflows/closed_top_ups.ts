import type { AccountId } from "../account.ts";
import type { CardToken } from "../card_token.ts";
import type { EntryOf } from "../journal.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { CardGateway, Inquiry } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";

export interface ClosedTopUpPorts {
  readonly gateway: Pick<CardGateway, "inquire">;
  readonly vault: Pick<CardVault, "open">;
  readonly clock: Pick<Clock, "within">;
}

export type TopUpClosing = EntryOf<"top_up_credited" | "top_up_failed">;

/** Asks the gateway again about a top-up that has ended. Undefined if it does not answer in time. */
export async function inquireClosed(
  { gateway, vault, clock }: ClosedTopUpPorts,
  id: AccountId,
  closing: TopUpClosing,
): Promise<Inquiry | undefined> {
  const { topUpId: reference, amountKurus, providerRef } = closing;
  const named = providerRef === undefined ? await byCard(vault, id, closing) : { providerRef };
  return await clock.within(
    gateway.inquire({ reference, amountKurus, ...named }),
    GATEWAY_TIMEOUT_MILLISECONDS,
  );
}

/** A charge whose name was never known is found by its card alone at some gateways. */
async function byCard(
  vault: ClosedTopUpPorts["vault"],
  id: AccountId,
  { card }: TopUpClosing,
): Promise<{ readonly token?: CardToken }> {
  const token = await vault.open(id, card.cardId).then((kept) => kept.token, () => null);
  return token === null ? {} : { token };
}
