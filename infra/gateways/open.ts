import type { CardGateway, CardGateways } from "../../domain/ports/card_gateway.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import {
  type GatewayName,
  gatewayNameOf,
  type GatewaySettings,
} from "../process/gateway_variables.ts";
import { createSandboxGateway, type SandboxChargeStore } from "./sandbox.ts";

export interface GatewaysOpening {
  /** Which gateway each fleet uses, and what those that are not the sandbox need. */
  readonly names: ReadonlyMap<string, GatewayName>;
  readonly settings: GatewaySettings;
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

/**
 * Opens the gateways of the fleets, each with the fleet's own account. An adapter is loaded only when
 * some fleet has keys for it.
 */
export async function openGateways(
  { names, settings, sandboxCharges, clock }: GatewaysOpening,
): Promise<CardGateways> {
  const { iyzico, craftgate, stripe } = settings;
  const sandbox = createSandboxGateway(sandboxCharges, clock);
  const opened = new Map<string, CardGateway>();
  const open = <Account>(
    accounts: ReadonlyMap<string, Account>,
    create: (account: Account) => CardGateway,
  ) => {
    for (const [fleet, account] of accounts) {
      const gateway = create(account);
      opened.set(`${gateway.traits.name} ${fleet}`, gateway);
    }
  };
  if (iyzico.size > 0) {
    const { createIyzicoGateway } = await import("./iyzico/gateway.ts");
    open(iyzico, (account) => createIyzicoGateway({ ...account, clock }));
  }
  if (craftgate.size > 0) {
    const { createCraftgateGateway } = await import("./craftgate/gateway.ts");
    open(craftgate, (account) => createCraftgateGateway({ ...account, clock }));
  }
  if (stripe.size > 0) {
    const { createStripeGateway } = await import("./stripe/gateway.ts");
    open(stripe, (account) => createStripeGateway({ ...account, clock }));
  }
  // The sandbox stays there for what a fleet did before it had another gateway.
  const named = (name: string, filo: string) =>
    name === sandbox.traits.name ? sandbox : opened.get(`${name} ${filo}`);
  return {
    named,
    of: (filo) => {
      const name = gatewayNameOf(names, filo);
      const gateway = name && named(name, filo);
      if (gateway === undefined) throw new Error(`Cannot charge cards: ${filo} has no gateway`);
      return gateway;
    },
  };
}
