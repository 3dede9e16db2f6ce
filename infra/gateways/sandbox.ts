import type { CardNumber } from "../../domain/card_number.ts";
import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import type { CardGateway, ChargeOutcome } from "../../domain/ports/card_gateway.ts";

/** A charge that the sandbox remembers. It keeps only the last four digits of the card. */
export interface SandboxCharge {
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly last4: string;
  readonly declined: DeclineReason | null;
}

/** Where the sandbox keeps its charges, so that they outlive the process, as a bank's would. */
export interface SandboxChargeStore {
  /** Keeps the charge unless the reference already has one. Returns the charge that is kept. */
  insertOnce(charge: SandboxCharge): Promise<SandboxCharge>;
  find(reference: string): Promise<SandboxCharge | undefined>;
}

const DECLINES: ReadonlyMap<string, DeclineReason> = new Map([
  ["4000000000000002", "declined"],
  ["4000000000009995", "insufficient_funds"],
  ["4000000000000069", "expired_card"],
  ["4000000000000341", "declined"],
]);
const ANSWER_IS_LOST = "4000000000000119";

/**
 * Creates a card gateway that decides by test card and moves no money. 4000 0000 0000 0119 is charged,
 * but the answer never arrives: only `inquire` tells.
 */
export function createSandboxGateway(store: SandboxChargeStore): CardGateway {
  return {
    charge: async (reference: string, card: CardNumber, amountKurus: Kurus) => {
      const digits = card.reveal();
      const declined = DECLINES.get(digits) ?? null;
      const charge = await store.insertOnce({
        reference,
        amountKurus,
        last4: card.facts.last4,
        declined,
      });
      if (digits === ANSWER_IS_LOST) {
        throw new Error("Cannot tell the outcome: the gateway timed out");
      }
      return toOutcome(charge);
    },
    inquire: async (reference: string) => {
      const charge = await store.find(reference);
      return charge === undefined ? { status: "not_found" } : toOutcome(charge);
    },
  };
}

function toOutcome({ declined, amountKurus }: SandboxCharge): ChargeOutcome {
  return declined === null
    ? { status: "charged", amountKurus }
    : { status: "declined", reason: declined };
}
