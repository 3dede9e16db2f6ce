import { CardToken } from "../../domain/card_token.ts";
import type { Kurus } from "../../domain/money.ts";
import type {
  CardGateway,
  ChargeOrder,
  ChargeOutcome,
  Inquiry,
} from "../../domain/ports/card_gateway.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import {
  createSandboxGateway,
  type SandboxCharge,
  type SandboxChargeStore,
} from "../../infra/gateways/sandbox.ts";
import type { Store } from "../../infra/store.ts";

/** What the gateway does when it is asked to charge. */
export type ChargeStep =
  | "charges"
  | "declines"
  | "says_pending"
  | "hangs"
  | "throws_before_charging"
  | "throws_after_charging";

/** What it says of a charge: the truth, or that it is not known or not found yet. */
export type InquiryStep = "truth" | "pending" | "not_found" | "declined" | "throws";

export interface ScriptedGateway extends CardGateway {
  /** The references that it was asked to charge, in order. */
  readonly asked: readonly string[];
  /** What was really taken from cards, by reference. */
  readonly taken: ReadonlyMap<string, Kurus>;
  /** The references of which it was asked how they ended. */
  readonly inquired: readonly string[];
  /** From now on it does this. */
  play(script: Script): void;
}

/** Steps in order; the last one is repeated. */
export interface Script {
  readonly charge?: readonly ChargeStep[];
  readonly inquire?: readonly InquiryStep[];
}

/** A card gateway that does what a test says. Like a real one it charges a reference once. */
export function createScriptedGateway(script: Script = {}): ScriptedGateway {
  const asked: string[] = [];
  const inquired: string[] = [];
  const taken = new Map<string, Kurus>();
  let chargeSteps = [...script.charge ?? ["charges" as const]];
  let inquirySteps = [...script.inquire ?? ["truth" as const]];

  function charge(
    { reference, amountKurus }: Pick<ChargeOrder, "reference" | "amountKurus">,
  ): Promise<ChargeOutcome> {
    asked.push(reference);
    const step = next(chargeSteps);
    if (step === "hangs") return new Promise(() => {});
    if (step === "says_pending") return Promise.resolve({ status: "pending" });
    if (step === "throws_before_charging") return Promise.reject(new Error("connection refused"));
    if (step === "declines") return Promise.resolve({ status: "declined", reason: "declined" });
    if (!taken.has(reference)) taken.set(reference, amountKurus);
    if (step === "throws_after_charging") return Promise.reject(new Error("connection lost"));
    return Promise.resolve({ status: "charged", providerRef: `ref_${reference}`, amountKurus });
  }

  function inquire({ reference }: Pick<ChargeOrder, "reference">): Promise<Inquiry> {
    inquired.push(reference);
    const step = next(inquirySteps);
    if (step === "throws") return Promise.reject(new Error("connection refused"));
    if (step === "declined") return Promise.resolve({ status: "declined", reason: "declined" });
    if (step !== "truth") return Promise.resolve({ status: step });
    const amountKurus = taken.get(reference);
    if (amountKurus === undefined) return Promise.resolve({ status: "not_found" });
    return Promise.resolve({ status: "charged", providerRef: `ref_${reference}`, amountKurus });
  }

  return {
    ...createSandboxGateway(NO_CHARGES, { now: () => 0 }),
    charge,
    inquire,
    asked,
    inquired,
    taken,
    play: ({ charge, inquire }) => {
      if (charge) chargeSteps = [...charge];
      if (inquire) inquirySteps = [...inquire];
    },
  };
}

/** An order to charge the card of those digits, as the sandbox takes it. */
export function testOrder(
  { reference, digits, amountKurus }: {
    readonly reference: string;
    readonly digits: string;
    readonly amountKurus: Kurus;
  },
): ChargeOrder {
  const account = { filo: "hergele", userNo: "1" };
  const phoneNumber = "+905320000000";
  return {
    reference,
    token: new CardToken(digits),
    amountKurus,
    payer: { account, name: "Deniz", surname: "Yılmaz", phoneNumber, email: "d@example.com" },
    callbackUrl: `http://localhost:5000/update_balance/${reference}/donus`,
  };
}

function next<Step>(steps: Step[]): Step {
  const [step] = steps.length > 1 ? steps.splice(0, 1) : steps;
  if (step === undefined) throw new Error("Cannot play on: the script has no step");
  return step;
}

/** The sandbox on a store; what it is asked to charge is also noted in `charges`, by reference. */
export function createNotedSandbox(
  { sandboxCharges }: Store,
  { charges, clock }: {
    readonly charges: Map<string, SandboxCharge>;
    readonly clock: Pick<Clock, "now">;
  },
): CardGateway {
  return createSandboxGateway({
    ...sandboxCharges,
    insertOnce: async (charge) => {
      const kept = await sandboxCharges.insertOnce(charge);
      charges.set(charge.reference, kept);
      return kept;
    },
  }, clock);
}

/** For a gateway that keeps its charges itself. */
const NO_CHARGES: SandboxChargeStore = {
  find: () => Promise.resolve(undefined),
  insertOnce: (charge) => Promise.resolve(charge),
  end: () => Promise.resolve(undefined),
  giveBack: () => Promise.resolve(undefined),
};
