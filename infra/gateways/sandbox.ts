import { CardToken } from "../../domain/card_token.ts";
import type { DeclineReason } from "../../domain/journal.ts";
import { MINUTE_MILLISECONDS } from "../../domain/limits.ts";
import type { Kurus } from "../../domain/money.ts";
import type {
  CardGateway,
  ChargeOutcome,
  GatewayTraits,
  GiveBackOutcome,
} from "../../domain/ports/card_gateway.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import { createSandboxPage } from "./sandbox_page.ts";

/** A charge that the sandbox remembers. It keeps only the last four digits of the card. */
export interface SandboxCharge {
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly last4: string;
  readonly declined: DeclineReason | null;
  /** Whether it waits for the user (3-D Secure). */
  readonly waits: boolean;
  readonly refunds: readonly SandboxRefund[];
}

/** What was given back of a charge. */
export interface SandboxRefund {
  readonly refundReference: string;
  readonly amountKurus: Kurus;
}

/** Where the sandbox keeps its charges, so that they outlive the process, as a bank's would. */
export interface SandboxChargeStore {
  /** Keeps the charge unless the reference already has one. Returns the charge that is kept. */
  insertOnce(charge: SandboxCharge): Promise<SandboxCharge>;
  find(reference: string): Promise<SandboxCharge | undefined>;
  /** Ends the waiting of a charge once. Returns the charge as it is then. */
  end(reference: string, declined: DeclineReason | null): Promise<SandboxCharge | undefined>;
  /** Gives back under that reference once, if so much is left. Returns the charge as it is then. */
  giveBack(reference: string, refund: SandboxRefund): Promise<SandboxCharge | undefined>;
}

const DECLINES: ReadonlyMap<string, DeclineReason> = new Map([
  ["4000000000000002", "declined"],
  ["4000000000009995", "insufficient_funds"],
  ["4000000000000069", "expired_card"],
  ["4000000000000341", "declined"],
]);
const ANSWER_IS_LOST = "4000000000000119";
const WANTS_THE_USER = "4000000000003220";

/** Give-backs of these amounts are refused, or are known only when they are asked about. */
const REFUSED_KURUS = 1_313;
const PENDING_KURUS = 1_314;

/** How long the sandbox's bank waits for the user. */
const ACTION_MILLISECONDS = 10 * MINUTE_MILLISECONDS;

const TRAITS: GatewayTraits = {
  name: "sandbox",
  // The store keeps a reference as long as there is one.
  repeatableSeconds: Infinity,
  notFoundIsFinalAfterSeconds: Infinity,
  keepsCards: false,
  takesNumbers: true,
  takesOwnTokens: false,
  registrationNeeds: [],
  givesBackParts: true,
  giveBackWithinDays: 365,
};

/**
 * Creates a card gateway that decides by test card and moves no money. 4000 0000 0000 0119 is charged,
 * but the answer never arrives: only `inquire` tells. 4000 0000 0000 3220 wants to see the user.
 */
export function createSandboxGateway(
  store: SandboxChargeStore,
  clock: Pick<Clock, "now">,
): CardGateway {
  function toOutcome(charge: SandboxCharge, callbackUrl: string): ChargeOutcome {
    const { reference, declined, amountKurus, waits } = charge;
    const providerRef = providerRefOf(reference);
    if (waits) {
      const html = createSandboxPage({ callbackUrl, reference, providerRef, amountKurus });
      const expiresAt = clock.now() + ACTION_MILLISECONDS;
      return { status: "requires_action", providerRef, action: { kind: "page", html }, expiresAt };
    }
    if (declined !== null) return { status: "declined", reason: declined };
    return { status: "charged", providerRef, amountKurus };
  }

  return {
    traits: TRAITS,
    register: (_payer, card) =>
      Promise.resolve(
        "number" in card
          ? { status: "registered", token: new CardToken(card.number.reveal()) }
          : { status: "refused" },
      ),
    forget: () => Promise.resolve(),
    charge: async ({ reference, token, amountKurus, callbackUrl }) => {
      const digits = token.reveal();
      const charge = await store.insertOnce({
        reference,
        amountKurus,
        last4: digits.slice(-4),
        declined: DECLINES.get(digits) ?? null,
        waits: digits === WANTS_THE_USER,
        refunds: [],
      });
      if (digits === ANSWER_IS_LOST) {
        throw new Error("Cannot tell the outcome: the gateway timed out");
      }
      return toOutcome(charge, callbackUrl);
    },
    complete: async ({ reference, message }) => {
      const result = new URLSearchParams(message.body).get("result");
      const refused = result === "approve" ? null : "authentication_failed";
      const charge = await store.end(reference, refused);
      return charge === undefined ? { status: "pending" } : toOutcome(charge, RELATIVE_CALLBACK);
    },
    inquire: async ({ reference }) => {
      const charge = await store.find(reference);
      return charge === undefined ? { status: "not_found" } : toOutcome(charge, RELATIVE_CALLBACK);
    },
    giveBack: async ({ reference, refundReference, amountKurus, whole }) => {
      if (amountKurus === REFUSED_KURUS) return { status: "refused" };
      const charge = await store.giveBack(reference, { refundReference, amountKurus });
      const isPending = amountKurus === PENDING_KURUS;
      if (isPending) return { status: "pending" };
      return toGivenBack(charge, { refundReference, amountKurus, whole });
    },
    inquireGiveBack: async ({ reference, refundReference, amountKurus, whole }) => {
      const charge = await store.find(reference);
      const given = toGivenBack(charge, { refundReference, amountKurus, whole });
      return given.status === "given_back" ? given : { status: "not_found" };
    },
    verify: ({ kind, body }) => {
      const form = new URLSearchParams(body);
      const [reference, providerRef] = [form.get("reference"), form.get("providerRef")];
      const isOwn = kind === "callback" && reference !== null && providerRef !== null;
      return Promise.resolve(isOwn ? { reference, providerRef } : undefined);
    },
    check: () =>
      Promise.resolve([
        { question: "Is it there?", works: true, says: "The sandbox moves no money." },
      ]),
  };
}

/** From Kese's own page to the address next to it. */
const RELATIVE_CALLBACK = "donus";

/** How the sandbox calls the charge of a reference. */
export function providerRefOf(reference: string): string {
  return `sbx_${reference}`;
}

function toGivenBack(
  charge: SandboxCharge | undefined,
  { refundReference, amountKurus, whole }: SandboxRefund & { readonly whole: boolean },
): GiveBackOutcome {
  const isGiven = charge?.refunds.some((refund) =>
    refund.refundReference === refundReference && refund.amountKurus === amountKurus
  );
  return isGiven ? { status: "given_back", how: whole ? "void" : "refund" } : { status: "refused" };
}

/** Whether a charge can give back so much, or has done so under that reference already. */
export function addRefund(charge: SandboxCharge, refund: SandboxRefund): SandboxCharge {
  const { refunds, amountKurus, declined, waits } = charge;
  const given = refunds.reduce((sum, one) => sum + one.amountKurus, 0);
  const isThere = refunds.some((one) => one.refundReference === refund.refundReference);
  const isTooMuch = given + refund.amountKurus > amountKurus;
  if (isThere || isTooMuch || waits || declined !== null) return charge;
  return { ...charge, refunds: [...refunds, refund] };
}
