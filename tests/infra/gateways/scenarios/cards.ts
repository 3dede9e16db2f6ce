import { assertEquals } from "@std/assert";
import { nothing, type Scenario } from "./scenario.ts";

/** Cards that a gateway keeps. */
export const CARDS: readonly Scenario[] = [
  {
    name: "card refused",
    needs: [["register", "refused"]],
    play: async (stage) => {
      stage.fake.play("register", "refused");
      await stage.register();
      assertEquals(stage.fake.cardCount(), 0);
    },
    expected: nothing("refused"),
  },
  ...(["lost_before", "lost_after", "half_an_answer", "slow", "server_error_after"] as const).map((
    step,
  ): Scenario => ({
    name: `card registered, but the answer: ${step}`,
    needs: [["register", step]],
    play: async (stage) => {
      stage.fake.play("register", step);
      await stage.register();
      await stage.register();
    },
    expected: nothing("unknown", "registered"),
  })),
];
