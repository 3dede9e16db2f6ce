import type { FakeStep } from "../../../support/gateways/fake.ts";
import {
  charged,
  isRepeatable,
  nothing,
  NOTHING_HAPPENED,
  type Scenario,
  UNREADABLE,
} from "./scenario.ts";
import { AMOUNT, REFERENCE } from "./stage.ts";

const REFUSED = [
  ["insufficient_funds", "insufficient_funds"],
  ["expired_card", "expired_card"],
  ["do_not_honour", "declined"],
  ["lost_card", "declined"],
] as const satisfies readonly (readonly [FakeStep, string])[];

/** Charges without the user, and what inquiries find of them. */
export const CHARGES: readonly Scenario[] = [
  {
    name: "charges a card",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.inquire();
    },
    expected: charged("charged", "charged"),
  },
  ...REFUSED.map(([step, reason]): Scenario => ({
    name: `refused by the bank: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    // Which reason an inquiry still knows depends on the gateway; that nothing was charged does not.
    expected: nothing(`declined ${reason}`, `declined ${reason}`),
  })),
  {
    name: "token gone",
    needs: [["charge", "card_gone"]],
    play: async (stage) => {
      stage.fake.play("charge", "card_gone");
      await stage.charge();
    },
    expected: nothing("declined card_gone"),
  },
  {
    name: "card forgotten, again, and then charged",
    needs: [],
    appliesTo: ({ gateway }) => gateway.traits.keepsCards,
    play: async (stage) => {
      await stage.forget();
      await stage.forget();
      await stage.charge();
    },
    expected: nothing("forgotten", "forgotten", "declined card_gone"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `charged, but the answer: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    expected: charged("unknown", "charged"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `not charged, and no answer: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    expected: nothing("unknown", "not_found"),
  })),
  {
    name: "the gateway does not know itself",
    needs: [["charge", "says_unknown"]],
    play: async (stage) => {
      stage.fake.play("charge", "says_unknown");
      await stage.charge();
      await stage.inquire();
    },
    expected: nothing("unknown", "declined declined"),
  },
  {
    name: "charged twice under one reference",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.charge();
      await stage.inquire();
    },
    // Where a reference can be charged twice, the inquiry finds the surplus, which goes back.
    expected: (fake) =>
      isRepeatable(fake)
        ? charged("charged", "charged", "charged")
        : { ...charged("charged", "charged", "charged", "given_back"), charges: 2 },
  },
  {
    name: "late success after not_found",
    needs: [["charge", "lost_before"]],
    play: async (stage) => {
      stage.fake.play("charge", "lost_before");
      await stage.charge();
      await stage.inquire();
      stage.fake.chargeUnheard(REFERENCE, AMOUNT);
      await stage.inquire();
    },
    expected: charged("unknown", "not_found", "charged"),
  },
  {
    name: "charged, but not found yet",
    needs: [["charge", "lost_after"], ["inquire", "finds_nothing"]],
    play: async (stage) => {
      stage.fake.play("charge", "lost_after");
      await stage.charge();
      stage.fake.play("inquire", "finds_nothing");
      await stage.inquire();
      await stage.inquire();
    },
    expected: charged("unknown", "not_found", "charged"),
  },
  {
    name: "under review, then approved",
    needs: [["charge", "under_review"]],
    play: async (stage) => {
      stage.fake.play("charge", "under_review");
      await stage.charge();
      await stage.inquire();
      stage.fake.settle(REFERENCE, "works");
      await stage.inquire();
    },
    expected: charged("pending", "pending", "charged"),
  },
  {
    name: "under review, then rejected",
    needs: [["charge", "under_review"]],
    play: async (stage) => {
      stage.fake.play("charge", "under_review");
      await stage.charge();
      stage.fake.settle(REFERENCE, "refused");
      await stage.inquire();
    },
    expected: nothing("pending", "declined declined"),
  },
  ...([...UNREADABLE, ...NOTHING_HAPPENED] as const).map((step): Scenario => ({
    name: `charged, and the inquiry: ${step}`,
    needs: [["inquire", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("inquire", step);
      await stage.inquire();
      await stage.inquire();
    },
    expected: charged("charged", "unknown", "charged"),
  })),
];

/** What a gateway sends by itself. */
export const MESSAGES: readonly Scenario[] = [
  {
    name: "webhook, signed and unsigned",
    needs: [],
    appliesTo: ({ gateway }) => gateway.traits.keepsCards,
    play: async (stage) => {
      await stage.charge();
      await stage.verify(await stage.fake.webhook(REFERENCE, "signed"));
      await stage.verify(await stage.fake.webhook(REFERENCE, "unsigned"));
    },
    expected: charged("charged", "signed", "unsigned"),
  },
];
