import type { TopUpStarted } from "../journal.ts";
import { unowedRefundReference } from "../derived_ids.ts";
import { GATEWAY_TIMEOUT_MILLISECONDS } from "../limits.ts";
import type { CardGateway, FoundCharge, GiveBackOutcome } from "../ports/card_gateway.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";

export interface UnowedPorts {
  readonly gateway: Pick<CardGateway, "giveBack" | "inquireGiveBack">;
  readonly clock: Pick<Clock, "within">;
  readonly log: Log;
}

/** Why nobody owes a charge: it is not the only one of its top-up, or its top-up has failed. */
export type Unowed = "surplus" | "failed";

const ALARMS = {
  surplus: "card_charged_more_than_once",
  failed: "card_charged_though_failed",
} as const satisfies Record<Unowed, string>;

/**
 * Gives a charge back that no entry will ever credit, and raises an alarm. It asks first whether that
 * was done already, so it may be repeated, and is whenever the charge is found again.
 */
export async function giveBackUnowed(
  { gateway, clock, log }: UnowedPorts,
  { started, charge, why }: {
    readonly started: Pick<TopUpStarted, "id">;
    readonly charge: FoundCharge;
    readonly why: Unowed;
  },
): Promise<GiveBackOutcome["status"] | "given_back_before"> {
  const { providerRef, amountKurus } = charge;
  const order = {
    reference: started.id,
    providerRef,
    refundReference: unowedRefundReference(started.id, providerRef),
    amountKurus,
    whole: true,
  };
  try {
    const before = await clock.within(
      gateway.inquireGiveBack(order),
      GATEWAY_TIMEOUT_MILLISECONDS,
    );
    if (before?.status === "given_back") return "given_back_before";
    log.error(ALARMS[why], { topUpId: started.id, providerRef });
    if (before === undefined || before.status === "pending") return "pending";
    const given = await clock.within(gateway.giveBack(order), GATEWAY_TIMEOUT_MILLISECONDS);
    const status = given?.status ?? "pending";
    if (status === "given_back") log.warn("card_charge_given_back", { topUpId: started.id, why });
    return status;
  } catch (error) {
    log.error("card_charge_not_given_back", { topUpId: started.id, why, error });
    return "pending";
  }
}
