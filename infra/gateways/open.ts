import type { CardGateway, CardGateways } from "../../domain/ports/card_gateway.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import { createSandboxGateway, type SandboxChargeStore } from "./sandbox.ts";

export interface GatewaysOpening {
  readonly sandboxCharges: SandboxChargeStore;
  readonly clock: Pick<Clock, "now">;
}

/** One gateway for every fleet. */
export function useOneGateway(gateway: CardGateway): CardGateways {
  return {
    of: () => gateway,
    named: (name) => name === gateway.traits.name ? gateway : undefined,
  };
}

/** Opens the gateways that the fleets use. */
export function openGateways({ sandboxCharges, clock }: GatewaysOpening): CardGateways {
  return useOneGateway(createSandboxGateway(sandboxCharges, clock));
}
