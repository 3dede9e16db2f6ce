import type { CardGateway, GatewayFinding } from "../domain/ports/card_gateway.ts";
import { openForTask, readEnvironmentOrExit, readVariablesOrExit } from "../main.ts";

/** A question to the gateway of a fleet, and what came of it. */
export interface Finding extends GatewayFinding {
  readonly fleet: string;
  readonly gateway: string;
}

/** Asks the gateway of each fleet what changes nothing, and says what works. */
export async function checkGateways(
  fleets: Iterable<string>,
  gatewayOf: (fleet: string) => Pick<CardGateway, "check" | "traits">,
): Promise<readonly Finding[]> {
  const findings: Finding[] = [];
  for (const fleet of fleets) {
    const { traits: { name: gateway }, check } = gatewayOf(fleet);
    try {
      for (const finding of await check()) findings.push({ fleet, gateway, ...finding });
    } catch (error) {
      const says = error instanceof Error ? error.message : "it failed";
      findings.push({ fleet, gateway, question: "Does it answer?", works: false, says });
    }
  }
  return findings;
}

async function main(): Promise<void> {
  const environment = readEnvironmentOrExit(await readVariablesOrExit({ mayMakeStore: false }));
  const kese = await openForTask(environment);
  try {
    const findings = await checkGateways(environment.fleets.keys(), kese.gateways.of);
    for (const { fleet, gateway, question, works, says } of findings) {
      console.log(`${works ? "works" : "FAILS"}  ${fleet} (${gateway})  ${question}  ${says}`);
    }
    Deno.exitCode = findings.every(({ works }) => works) ? 0 : 1;
  } finally {
    await kese.close();
  }
}

if (import.meta.main) await main();
