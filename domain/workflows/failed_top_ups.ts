import type { AccountId } from "../account.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { CardVault } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import { inquireClosed } from "./closed_top_ups.ts";
import type { TopUpState } from "./top_up_state.ts";
import { giveBackUnowed } from "./unowed_charges.ts";

interface FailedTopUpPorts {
  readonly gateways: Pick<CardGateways, "named">;
  readonly vault: Pick<CardVault, "open">;
  readonly clock: Pick<Clock, "within">;
  readonly log: Log;
}

/**
 * Asks about a top-up that has failed, because a gateway speaks about it: a charge that came too late
 * is given back, and never credited. An answer that says nothing is asked for again by reconciling.
 */
export async function giveBackLateCharge(
  ports: FailedTopUpPorts,
  id: AccountId,
  { started, closing }: Extract<TopUpState, { readonly status: "failed" }>,
): Promise<void> {
  const gateway = ports.gateways.named(closing.gateway, id.filo);
  if (gateway === undefined) return;
  const answer = await inquireClosed({ ...ports, gateway }, id, closing);
  if (answer === undefined || answer.status === "not_found") return;
  const unowed = { ...ports, gateway };
  for (const charge of answer.surplus ?? []) {
    await giveBackUnowed(unowed, { started, charge, why: "surplus" });
  }
  if (answer.status !== "charged") return;
  await giveBackUnowed(unowed, { started, charge: answer, why: "failed" });
}
