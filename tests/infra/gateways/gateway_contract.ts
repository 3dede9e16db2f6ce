import { assert, assertEquals, assertRejects } from "@std/assert";
import { CardToken } from "../../../domain/card_token.ts";
import type { GatewayFake } from "../../support/gateways/fake.ts";
import { AUTHENTICATIONS } from "./scenarios/authentications.ts";
import { CARDS } from "./scenarios/cards.ts";
import { CHARGES, MESSAGES } from "./scenarios/charges.ts";
import { GIVING_BACK } from "./scenarios/giving_back.ts";
import type { Scenario } from "./scenarios/scenario.ts";
import { REFERENCE, type Shown, Stage } from "./scenarios/stage.ts";

export const SCENARIOS: readonly Scenario[] = [
  ...CHARGES,
  ...AUTHENTICATIONS,
  ...CARDS,
  ...GIVING_BACK,
  ...MESSAGES,
];

/** Opens a gateway's fake, one for each scenario. */
export type OpenFake = () => GatewayFake | Promise<GatewayFake>;

/** The scenarios that mean something with this gateway. */
export async function scenariosOf(open: OpenFake): Promise<readonly Scenario[]> {
  await using fake = await open();
  return SCENARIOS.filter(({ needs, appliesTo }) =>
    needs.every(([call, step]) => fake.plays(call, step)) && (appliesTo?.(fake) ?? true)
  );
}

/** Plays a scenario on a fake of its own. */
export async function showScenario(
  { play, expected }: Scenario,
  open: OpenFake,
): Promise<{ readonly shown: Shown; readonly expected: Shown }> {
  await using fake = await open();
  const stage = new Stage(fake);
  await play(stage);
  return {
    shown: stage.shown(),
    expected: typeof expected === "function" ? expected(fake) : expected,
  };
}

/** What an adapter may answer otherwise than the suite says, because its gateway does. */
export type Deviations = Readonly<Record<string, Partial<Shown>>>;

/** Tests that an adapter behaves as the port says, whatever its gateway does. */
export async function testGatewayContract(
  name: string,
  open: OpenFake,
  deviations: Deviations = {},
): Promise<void> {
  const scenarios = await scenariosOf(open);
  for (const scenario of scenarios) {
    Deno.test(`${name}: ${scenario.name}`, async () => {
      const { shown, expected } = await showScenario(scenario, open);
      assertEquals(shown, { ...expected, ...deviations[scenario.name] });
    });
  }

  Deno.test(`${name}: deviates only in scenarios that it plays`, () => {
    const names = new Set(scenarios.map(({ name }) => name));
    assertEquals(Object.keys(deviations).filter((name) => !names.has(name)), []);
  });

  Deno.test(`${name}: asks harmless questions, and takes no token of another gateway`, async () => {
    await using fake = await open();
    const findings = await fake.gateway.check();
    assert(findings.length > 0);
    for (const { question, works, says } of findings) assert(works, `${question} ${says}`);
    assertEquals(fake.charges(REFERENCE), []);
    if (!fake.gateway.traits.keepsCards) return;
    const token = new CardToken("4242424242424242");
    const error = await assertRejects(() => fake.gateway.forget(token), Error);
    assert(!error.message.includes("4242"));
  });
}
