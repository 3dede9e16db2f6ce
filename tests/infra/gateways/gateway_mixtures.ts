import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { FakeCall, FakeReturn, FakeStep, GatewayFake } from "../../support/gateways/fake.ts";
import { type OpenFake } from "./gateway_contract.ts";
import { AMOUNT, REFERENCE, Stage } from "./scenarios/stage.ts";

/** What goes wrong, in which order, and what the user does. */
interface Mixture {
  readonly steps: Readonly<Record<FakeCall, readonly FakeStep[]>>;
  readonly returns: Exclude<FakeReturn, "unsigned">;
  /** Whether two processes charge, as after a crash. */
  readonly twice: boolean;
}

const STEPS: readonly FakeStep[] = [
  ...["works", "insufficient_funds", "do_not_honour", "wants_3ds", "says_unknown"] as const,
  ...["lost_before", "lost_after", "half_an_answer", "server_error_before"] as const,
  ...["server_error_after", "wrong_signature", "wrong_amount", "wrong_currency"] as const,
  ...["wrong_reference", "finds_nothing", "pending", "refused"] as const,
];
/** So often a workflow asks here; each mixture has fewer faults. */
const PATIENCE = 12;

function mixturesOf(fake: GatewayFake): fc.Arbitrary<Mixture> {
  const some = (call: FakeCall, maxLength: number) =>
    fc.array(fc.constantFrom(...STEPS.filter((step) => fake.plays(call, step))), { maxLength });
  return fc.record({
    steps: fc.record({
      register: fc.constant([]),
      forget: fc.constant([]),
      charge: some("charge", 2),
      start_3ds: some("start_3ds", 1),
      complete: some("complete", 2),
      inquire: some("inquire", 4),
      give_back: some("give_back", 3),
    }),
    returns: fc.constantFrom("passes", "passes", "fails"),
    twice: fc.boolean(),
  });
}

/** Tops up as a workflow does, until it is certain how the charge ended. */
async function topUp(stage: Stage, { returns, twice }: Mixture): Promise<string> {
  await stage.charge();
  if (twice) await stage.charge();
  for (let time = 0; time < 3 && stage.endings.at(-1)?.startsWith("requires_action"); time++) {
    await stage.complete(returns);
    const ending = stage.endings.at(-1) ?? "";
    if (ending.startsWith("declined")) return ending;
    if (ending === "unknown") stage.endings.push("requires_action");
  }
  return await ask(stage);
}

/** Inquires until two answers in a row are certain, because the first one may have found a surplus. */
async function ask(stage: Stage): Promise<string> {
  let last = "";
  for (let time = 0; time < PATIENCE; time++) {
    const before = stage.endings.length;
    await stage.inquire();
    const [ending = ""] = stage.endings.slice(before);
    const isAlone = stage.endings.length === before + 1;
    // A surplus that is on its way back.
    if (!isAlone && stage.endings.at(-1) === "pending") stage.fake.settle(REFERENCE, "works");
    // Not found is never certain before its time, by which every fault is over.
    const isOpen = ending === "unknown" || ending === "not_found";
    if (isAlone && ending === last && !isOpen) return ending;
    last = ending;
  }
  return last;
}

/** Gives all of it back as a workflow does, until it is certain. */
async function giveBack(stage: Stage): Promise<string> {
  await stage.giveBack();
  for (let time = 0; time < PATIENCE; time++) {
    const ending = stage.endings.at(-1);
    if (ending === "given_back" || ending === "refused") return ending;
    if (ending === "pending") stage.fake.settle(REFERENCE, "works");
    await stage.inquireGiveBack();
    if (stage.endings.at(-1) === "not_found") await stage.giveBack();
  }
  return "never";
}

/**
 * Whatever goes wrong, and whatever the user does: what a workflow learns in the end is what the bank
 * knows. One charge stands if it is charged and none if it is declined, and all of it goes back once.
 */
export async function testEveryMixture(name: string, open: OpenFake): Promise<void> {
  await using probe = await open();
  const mixtures = mixturesOf(probe);
  Deno.test(`${name}: every mixture of faults ends in what the bank knows`, async () => {
    await fc.assert(
      fc.asyncProperty(mixtures, async (mixture) => {
        await using fake = await open();
        const stage = new Stage(fake);
        await stage.prepare();
        for (const [call, steps] of Object.entries(mixture.steps)) {
          fake.play(call as FakeCall, ...steps);
        }
        const ending = await topUp(stage, mixture);
        const { leftKurus } = stage.shown();
        if (ending !== "charged") {
          assert(/^(declined|not_found|pending awaits user|requires_action)/.test(ending), ending);
          assertEquals(leftKurus, 0);
          return;
        }
        assertEquals(leftKurus, AMOUNT);
        const ended = await giveBack(stage);
        assertEquals(stage.shown().leftKurus, ended === "given_back" ? 0 : AMOUNT);
        assert(ended !== "never");
      }),
      { seed: 20260101, numRuns: 40 },
    );
  });
}
