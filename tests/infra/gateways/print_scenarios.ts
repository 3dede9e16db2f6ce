/**
 * Prints what every gateway did in every scenario, as a table in Markdown: how the calls ended, how often
 * the card was charged, and how much of it was not given back. It needs the tests' import map:
 * `deno run --allow-net=127.0.0.1 --allow-env --allow-read tests/infra/gateways/print_scenarios.ts`.
 *
 * @module
 */

import { formatAmount, kurus } from "../../../domain/money.ts";
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

function describe({ endings, charges, leftKurus }: Shown): string {
  return `${endings.join(", ")}: charged ${charges}×, ${formatAmount(kurus(leftKurus))} left`;
}

const columns = await Promise.all(FAKES.map(async ([name, open]) => {
  const cells = new Map<string, string>();
  for (const scenario of await scenariosOf(open)) {
    cells.set(scenario.name, describe((await showScenario(scenario, open)).shown));
  }
  return { name, cells };
}));

const row = (cells: readonly string[]) => `| ${cells.join(" | ")} |`;
console.log(row(["scenario", ...columns.map(({ name }) => name)]));
console.log(row(["---", ...columns.map(() => "---")]));
for (const { name } of SCENARIOS) {
  console.log(row([name, ...columns.map(({ cells }) => cells.get(name) ?? "—")]));
}
