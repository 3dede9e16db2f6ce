import { assert } from "@std/assert";
import { MINUTE_MILLISECONDS } from "../../../domain/limits.ts";
import { type Kurus, kurus } from "../../../domain/money.ts";
import { reconcile } from "../../../scripts/reconcile.ts";
import { assertAddsUp, sendWell, typesOf } from "../../support/answers.ts";
import type { TestClock } from "../../support/clock.ts";
import type { FakeCall, FakeReturn, FakeStep } from "../../support/gateways/fake.ts";
import { comeBack, toRequest } from "../../support/gateways/user.ts";
import type { WireFake } from "../../support/gateways/wire.ts";
import { createUser, send, type TestKese } from "../../support/kese.ts";

/** Something that happens to a top-up of 50.00, from the request to the journal. */
export interface Situation {
  readonly name: string;
  /** Steps without which it cannot happen with a gateway. */
  readonly needs: readonly (readonly [FakeCall, FakeStep])[];
  readonly play: (scene: Scene) => Promise<void>;
}

/** What has become of it, for the journal and for the bank. */
export interface Became {
  readonly types: readonly string[];
  readonly balance: string;
  readonly charges: number;
  readonly leftKurus: Kurus;
}

const AMOUNT = kurus(5_000);
/** As often as it takes to believe that something never arrived. */
const SWEEPS = 5;

/** A user with a card, on Kese with a gateway. */
export class Scene {
  topUpId = "";

  constructor(
    readonly fake: WireFake,
    private readonly kese: TestKese,
    private readonly clock: TestClock,
  ) {}

  async prepare(): Promise<void> {
    await createUser(this.kese, "1", "0");
    const json = { userNo: "1", ...toRequest(this.fake.card()) };
    await sendWell(this.kese, "POST /kart-saklama", { json });
  }

  /** Asks for the top-up; the bank answers as the step says. */
  async topUp(step: FakeStep = "works"): Promise<void> {
    this.fake.play("charge", step);
    const { body } = await send(this.kese, "POST /update_balance", {
      json: { userNo: "1", balance: "50" },
    });
    this.topUpId = body.topUpId;
  }

  /** The user's browser comes back from the bank. */
  async comeBack(how: FakeReturn): Promise<void> {
    const message = await this.fake.userReturns(this.topUpId, how);
    assert(message);
    await (await comeBack(this.kese, this.topUpId, message)).body?.cancel();
  }

  /** Asks for money back; the bank answers as the step says. */
  async giveBack(amount: string, step: FakeStep = "works"): Promise<void> {
    this.fake.play("give_back", step);
    const json = { userNo: "1", topUpId: this.topUpId, amount };
    await send(this.kese, "POST /karta-iade", { json });
  }

  chargeUnheard(): void {
    this.fake.chargeUnheard(this.topUpId, AMOUNT);
  }

  async sweep(minutes: number): Promise<void> {
    this.clock.advance(minutes * MINUTE_MILLISECONDS);
    await this.kese.sweep();
  }

  /** Time passes, and an operator reconciles until there is nothing to find. */
  async end(): Promise<Became> {
    for (let time = 0; time < SWEEPS; time++) await this.sweep(60);
    await reconcile(this.kese, { keepsDays: false });
    const { faults } = await reconcile(this.kese, { keepsDays: false });
    assert(faults.length === 0, faults.join());
    const charges = this.fake.everyCharge();
    const leftKurus = charges.reduce(
      (left, { amountKurus, givenBackKurus }) => left + amountKurus - givenBackKurus,
      0,
    );
    return {
      types: (await typesOf(this.kese, "1")).slice(2),
      balance: await assertAddsUp(this.kese, "1"),
      charges: charges.length,
      leftKurus: kurus(leftKurus),
    };
  }
}

const CHARGES: readonly FakeStep[] = [
  ...["works", "insufficient_funds", "expired_card", "do_not_honour", "lost_card"] as const,
  ...["card_gone", "says_unknown", "lost_before", "lost_after", "half_an_answer", "slow"] as const,
  ...["server_error_before", "server_error_after"] as const,
  ...["wrong_signature", "wrong_amount", "wrong_currency", "wrong_reference"] as const,
];
const GIVING_BACK: readonly FakeStep[] = [
  ...["works", "refused", "says_unknown", "lost_before", "lost_after", "half_an_answer"] as const,
  ...["slow", "server_error_before", "server_error_after"] as const,
  ...["wrong_signature", "wrong_amount", "wrong_currency", "wrong_reference"] as const,
];

const wants3ds: Situation["needs"] = [["charge", "wants_3ds"]];

/** A way back from the bank, or several. */
function authentication(name: string, play: Situation["play"]): Situation {
  return {
    name: `3-D Secure, ${name}`,
    needs: wants3ds,
    play: async (scene) => {
      await scene.topUp("wants_3ds");
      await play(scene);
    },
  };
}

export const SITUATIONS: readonly Situation[] = [
  ...CHARGES.map((step): Situation => ({
    name: `top-up: ${step}`,
    needs: [["charge", step]],
    play: (scene) => scene.topUp(step),
  })),
  ...(["works", "refused"] as const).map((how): Situation => ({
    name: `top-up under review, which ${how === "works" ? "it passes" : "it does not pass"}`,
    needs: [["charge", "under_review"]],
    play: async (scene) => {
      await scene.topUp("under_review");
      scene.fake.settle(scene.topUpId, how);
    },
  })),
  authentication("passed", (scene) => scene.comeBack("passes")),
  authentication("failed", (scene) => scene.comeBack("fails")),
  authentication("never returned", () => Promise.resolve()),
  authentication("returned twice", async (scene) => {
    await scene.comeBack("passes");
    await scene.comeBack("passes");
  }),
  authentication("returned with what nobody signed, then passed", async (scene) => {
    await scene.comeBack("unsigned");
    await scene.comeBack("passes");
  }),
  authentication("returned after its time", async (scene) => {
    await scene.sweep(20);
    await scene.comeBack("passes");
  }),
  {
    name: "charged twice under one reference",
    needs: [["charge", "lost_after"]],
    play: async (scene) => {
      await scene.topUp("lost_after");
      scene.chargeUnheard();
    },
  },
  {
    name: "late success after not_found",
    needs: [["charge", "lost_before"], ["inquire", "lost_before"]],
    play: async (scene) => {
      await scene.topUp("lost_before");
      // Where nothing is charged twice, the sweep would charge again.
      if (scene.fake.gateway.traits.repeatableSeconds === 0) await scene.sweep(10);
      scene.chargeUnheard();
    },
  },
  {
    name: "late success after it was declined",
    needs: [["charge", "insufficient_funds"]],
    play: async (scene) => {
      await scene.topUp("insufficient_funds");
      scene.chargeUnheard();
    },
  },
  ...GIVING_BACK.flatMap((step): readonly Situation[] => {
    const needs = [["give_back", step]] as const;
    return (["20.00", "50.00"] as const).map((amount) => ({
      name: `${amount} back to the card: ${step}`,
      needs,
      play: async (scene) => {
        await scene.topUp();
        await scene.giveBack(amount, step);
      },
    }));
  }),
  {
    name: "20.00 back to the card: pending, then done",
    needs: [["give_back", "pending"]],
    play: async (scene) => {
      await scene.topUp();
      await scene.giveBack("20.00", "pending");
      scene.fake.settle(scene.topUpId, "works");
    },
  },
  {
    name: "20.00 back to the card, three times",
    needs: [],
    play: async (scene) => {
      await scene.topUp();
      for (let time = 0; time < 3; time++) await scene.giveBack("20.00");
    },
  },
];
