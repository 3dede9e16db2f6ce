import { charged, nothing, NOTHING_HAPPENED, type Scenario, UNREADABLE } from "./scenario.ts";
import { REFERENCE, type Stage } from "./stage.ts";

const wants3ds: Scenario["needs"] = [["charge", "wants_3ds"]];

async function chargeWith3ds(stage: Stage): Promise<void> {
  stage.fake.play("charge", "wants_3ds");
  await stage.charge();
}

/** Charges that the user has to confirm. */
export const AUTHENTICATIONS: readonly Scenario[] = [
  {
    name: "3-D Secure passed",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: charged("requires_action", "charged", "charged"),
  },
  {
    name: "3-D Secure failed",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("fails");
    },
    expected: nothing("requires_action", "declined authentication_failed"),
  },
  {
    name: "3-D Secure passed, and the bank refuses",
    needs: [...wants3ds, ["complete", "insufficient_funds"]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", "insufficient_funds");
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: nothing(
      "requires_action",
      "declined insufficient_funds",
      "declined insufficient_funds",
    ),
  },
  {
    name: "3-D Secure, the user never returns",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.inquire();
    },
    expected: nothing("requires_action", "pending awaits user"),
  },
  {
    name: "3-D Secure, the user returns and nobody completes",
    needs: wants3ds,
    appliesTo: (fake) => fake.plays("start_3ds", "lost_after"),
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.fake.userReturns(REFERENCE, "passes");
      await stage.inquire();
    },
    expected: nothing("requires_action", "pending awaits user"),
  },
  {
    name: "3-D Secure, returned twice",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: charged("requires_action", "charged", "charged", "charged"),
  },
  {
    name: "3-D Secure, returned with a failure after it was charged",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.complete("fails");
    },
    expected: charged("requires_action", "charged", "charged"),
  },
  {
    name: "3-D Secure, what the browser brings is unsigned",
    needs: wants3ds,
    appliesTo: (fake) => fake.plays("start_3ds", "lost_after"),
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.verify(await stage.fake.userReturns(REFERENCE, "unsigned"));
      await stage.complete("unsigned");
      await stage.verify(await stage.fake.userReturns(REFERENCE, "passes"));
    },
    expected: nothing("requires_action", "unsigned", "unknown", "signed"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `3-D Secure completed, but the answer: ${step}`,
    needs: [...wants3ds, ["complete", step]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", step);
      await stage.complete("passes");
      await stage.inquire();
      await stage.complete("passes");
    },
    expected: charged("requires_action", "unknown", "charged", "charged"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `3-D Secure not completed, and no answer: ${step}`,
    needs: [...wants3ds, ["complete", step]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", step);
      await stage.complete("passes");
      await stage.inquire();
      await stage.complete("passes");
    },
    expected: charged("requires_action", "unknown", "pending awaits user", "charged"),
  })),
  ...(["lost_after", "half_an_answer", "slow", "wrong_signature"] as const).map((
    step,
  ): Scenario => ({
    name: `3-D Secure begun, but the page: ${step}`,
    needs: [...wants3ds, ["start_3ds", step]],
    play: async (stage) => {
      stage.fake.play("start_3ds", step);
      await chargeWith3ds(stage);
      await stage.inquire();
    },
    expected: nothing("unknown", "declined authentication_expired"),
  })),
];
