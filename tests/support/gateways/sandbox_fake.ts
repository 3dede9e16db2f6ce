import { CardNumber } from "../../../domain/card_number.ts";
import {
  addRefund,
  createSandboxGateway,
  providerRefOf,
  type SandboxCharge,
  type SandboxChargeStore,
} from "../../../infra/gateways/sandbox.ts";
import { createTestClock } from "../clock.ts";
import type { FakeCall, FakeStep, GatewayFake } from "./fake.ts";

/** The sandbox decides by its card, so a step is the card that is charged next. */
const CARDS: Partial<Record<FakeStep, string>> = {
  works: "4242424242424242",
  do_not_honour: "4000000000000002",
  insufficient_funds: "4000000000009995",
  expired_card: "4000000000000069",
  wants_3ds: "4000000000003220",
  lost_after: "4000000000000119",
};

/** The sandbox as a fake of its own: it has no wire, and its bank is its store. */
export function openSandboxFake(): GatewayFake {
  const charges = new Map<string, SandboxCharge>();
  const steps: FakeStep[] = [];
  const gateway = createSandboxGateway(createMemoryCharges(charges), createTestClock());
  return {
    gateway,
    arrived: [],
    plays: (call: FakeCall, step: FakeStep) =>
      step === "works" || (call === "charge" && CARDS[step] !== undefined),
    play: (_call, ...more) => void steps.push(...more),
    card: () => {
      const digits = CARDS[steps.shift() ?? "works"];
      const number = CardNumber.parse(digits);
      if (number === undefined) throw new Error("The sandbox has no card for this step");
      return { cardId: `card_${digits}`, number };
    },
    cardCount: () => 0,
    charges: (reference) => {
      const charge = charges.get(reference);
      if (charge === undefined || charge.declined !== null || charge.waits) return [];
      const { amountKurus, refunds } = charge;
      const givenBackKurus = refunds.map((refund) => refund.amountKurus)
        .reduce((total, amount) => total + amount, 0) as typeof amountKurus;
      return [{ reference, providerRef: providerRefOf(reference), amountKurus, givenBackKurus }];
    },
    chargeUnheard: (reference, amountKurus) =>
      void charges.set(reference, {
        reference,
        amountKurus,
        last4: "4242",
        declined: null,
        waits: false,
        refunds: [],
      }),
    settle: () => {
      throw new Error("The sandbox leaves nothing open");
    },
    userReturns: (reference, how) =>
      Promise.resolve({
        kind: "callback",
        headers: new Headers(),
        body: String(
          new URLSearchParams({
            reference,
            providerRef: providerRefOf(reference),
            result: how === "fails" ? "refuse" : "approve",
          }),
        ),
      }),
    webhook: () => Promise.resolve(undefined),
    secrets: () => Object.values(CARDS),
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

function createMemoryCharges(charges: Map<string, SandboxCharge>): SandboxChargeStore {
  /** Changes a charge and returns it as it is then. */
  const change = (reference: string, to: (charge: SandboxCharge) => SandboxCharge) => {
    const charge = charges.get(reference);
    if (charge !== undefined) charges.set(reference, to(charge));
    return Promise.resolve(charges.get(reference));
  };
  return {
    insertOnce: (charge) => {
      const kept = charges.get(charge.reference) ?? charge;
      charges.set(charge.reference, kept);
      return Promise.resolve(kept);
    },
    find: (reference) => Promise.resolve(charges.get(reference)),
    end: (reference, declined) =>
      change(reference, (charge) => charge.waits ? { ...charge, waits: false, declined } : charge),
    giveBack: (reference, refund) => change(reference, (charge) => addRefund(charge, refund)),
  };
}
