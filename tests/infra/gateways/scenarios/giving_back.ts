import { kurus } from "../../../../domain/money.ts";
import type { GatewayFake } from "../../../support/gateways/fake.ts";
import { charged, givenBack, NOTHING_HAPPENED, type Scenario, UNREADABLE } from "./scenario.ts";
import { AMOUNT, REFERENCE } from "./stage.ts";

const PART = { amountKurus: kurus(200), whole: false };
const givesBackParts = ({ gateway }: GatewayFake): boolean => gateway.traits.givesBackParts;

/** Money back to cards. */
export const GIVING_BACK: readonly Scenario[] = [
  {
    name: "all given back, and asked for again",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.giveBack();
      await stage.giveBack();
      await stage.inquireGiveBack();
    },
    expected: givenBack("charged", "given_back", "given_back", "given_back"),
  },
  {
    name: "two parts given back, each asked for twice",
    needs: [],
    appliesTo: givesBackParts,
    play: async (stage) => {
      await stage.charge();
      // So small that a doubled one would not exceed the charge.
      for (const refundReference of ["crf_first", "crf_second", "crf_first", "crf_second"]) {
        await stage.giveBack({ refundReference, ...PART });
      }
    },
    expected: { ...charged("charged", ...Array(4).fill("given_back")), leftKurus: AMOUNT - 400 },
  },
  {
    name: "giving back refused",
    needs: [["give_back", "refused"]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "refused");
      await stage.giveBack();
    },
    expected: charged("charged", "refused"),
  },
  {
    name: "giving back pending, then done",
    needs: [["give_back", "pending"]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "pending");
      await stage.giveBack();
      await stage.giveBack();
      stage.fake.settle(REFERENCE, "works");
      await stage.inquireGiveBack();
    },
    expected: givenBack("charged", "pending", "pending", "given_back"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `given back, but the answer: ${step}`,
    needs: [["give_back", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack();
      await stage.inquireGiveBack();
      await stage.giveBack();
    },
    expected: givenBack("charged", "unknown", "given_back", "given_back"),
  })),
  ...UNREADABLE.map((step): Scenario => ({
    name: `part given back, but the answer: ${step}`,
    needs: [["give_back", step]],
    appliesTo: givesBackParts,
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack(PART);
      await stage.inquireGiveBack(PART);
      await stage.giveBack(PART);
    },
    expected: {
      ...charged("charged", "unknown", "given_back", "given_back"),
      leftKurus: AMOUNT - PART.amountKurus,
    },
  })),
  ...([{}, PART] as const).map((part): Scenario => ({
    name: `giving back ${"whole" in part ? "a part" : "all"}: the gateway does not know itself`,
    needs: [["give_back", "says_unknown"]],
    appliesTo: (fake) => !("whole" in part) || givesBackParts(fake),
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "says_unknown");
      await stage.giveBack(part);
      await stage.inquireGiveBack(part);
    },
    expected: charged("charged", "unknown", "not_found"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `not given back, and no answer: ${step}`,
    needs: [["give_back", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack();
      await stage.inquireGiveBack();
      await stage.giveBack();
    },
    expected: givenBack("charged", "unknown", "not_found", "given_back"),
  })),
];
