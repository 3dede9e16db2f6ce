import type { AccountId } from "../account.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { CardGateways } from "../ports/card_gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { TopUpState } from "./top_up_state.ts";
import { giveBackUnowed } from "./unowed_charges.ts";

interface FailedTopUpPorts {
  readonly gateways: Pick<CardGateways, "named">;
  readonly clock: Pick<Clock, "within">;
  readonly log: Log;
}

/**
 * Asks about a top-up that has failed, because a gateway speaks about it: a charge that came too late
 * is given back, and never credited. An answer that says nothing is asked for again by reconciling.
 */
export async function giveBackLateCharge(
  ports: FailedTopUpPorts,
  { filo }: AccountId,
  { started, closing }: Extract<TopUpState, { readonly status: "failed" }>,
): Promise<void> {
  const gateway = ports.gateways.named(closing.gateway, filo);
  if (gateway === undefined) return;
  const { topUpId: reference, amountKurus, providerRef } = closing;
  const answer = await ports.clock.within(
    gateway.inquire({
      reference,
      amountKurus,
      ...(providerRef !== undefined && { providerRef }),
    }),
    GATEWAY_TIMEOUT_MILLISECONDS,
  );
  if (answer === undefined || answer.status === "not_found") return;
  const unowed = { ...ports, gateway };
  for (const charge of answer.surplus ?? []) {
    await giveBackUnowed(unowed, { started, charge, why: "surplus" });
  }
  if (answer.status !== "charged") return;
  await giveBackUnowed(unowed, { started, charge: answer, why: "failed" });
}
