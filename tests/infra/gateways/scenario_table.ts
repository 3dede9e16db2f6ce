/**
 * What every gateway did in every scenario, for docs/gateways.md: how the calls ended, how often the card
 * was charged, and how much of it was not given back. Run as a program it writes the table there, and
 * needs the tests' import map:
 * `deno run --allow-all tests/infra/gateways/scenario_table.ts`.
 *
 * @module
 */

import { formatAmount, kurus } from "../../../domain/money.ts";
import { type PlacedTable, writeTables } from "../../../scripts/placed_table.ts";
import { openCraftgateFake } from "../../support/gateways/craftgate_fake.ts";
import { openIyzicoFake } from "../../support/gateways/iyzico_fake.ts";
import { openSandboxFake } from "../../support/gateways/sandbox_fake.ts";
import { openStripeFake } from "../../support/gateways/stripe_fake.ts";
import { type OpenFake, SCENARIOS, scenariosOf, showScenario } from "./gateway_contract.ts";
import { type Shown } from "./scenarios/stage.ts";

const FAKES: readonly (readonly [name: string, open: OpenFake])[] = [
  ["sandbox", openSandboxFake],
  ["iyzico", openIyzicoFake],
  ["Craftgate", openCraftgateFake],
  ["Stripe", openStripeFake],
];

/** Plays all scenarios on all gateways. */
export async function createScenarioTable(): Promise<PlacedTable> {
  const columns = await Promise.all(FAKES.map(async ([name, open]) => {
    const cells = new Map<string, string>();
    for (const scenario of await scenariosOf(open)) {
      cells.set(scenario.name, describe((await showScenario(scenario, open)).shown));
    }
    return { name, cells };
  }));
  const heading = ["scenario", ...columns.map(({ name }) => name)];
  const rows = SCENARIOS.map(({ name }) => [
    name,
    ...columns.map(({ cells }) => cells.get(name) ?? "—"),
  ]);
  return { file: "docs/gateways.md", name: "scenarios", table: [heading, ...rows] };
}

function describe({ endings, charges, leftKurus }: Shown): string {
  return `${endings.join(", ")}: charged ${charges}×, ${formatAmount(kurus(leftKurus))} left`;
}

if (import.meta.main) await writeTables([await createScenarioTable()]);
