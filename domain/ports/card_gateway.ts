import type { AccountId, Instant } from "../account.ts";
import type { CardExpiry } from "../card_expiry.ts";
import type { CardBrand } from "../card_brand.ts";
import type { CardNumber } from "../card_number.ts";
import type { CardToken } from "../card_token.ts";
import type { DeclineReason } from "../journal.ts";
import type { Kurus } from "../money.ts";

/** What a gateway can keep and what it needs. Workflows decide by this and know no gateway by name. */
export interface GatewayTraits {
  /** The name that entries and vault records give it: `sandbox`, `iyzico`. */
  readonly name: string;
  /** How long the same reference is never charged twice. 0: a repeated charge may charge again. */
  readonly repeatableSeconds: number;
  /** How long after a charge was asked for `not_found` means that it never arrived. */
  readonly notFoundIsFinalAfterSeconds: number;
  /** Whether it keeps the card itself; the vault then keeps its token, and the number is gone. */
  readonly keepsCards: boolean;
  /** Whether it registers a card by its number. If not, only cards that it saved itself. */
  readonly takesNumbers: boolean;
  /** Whether it registers a card that it saved itself, by `gatewayToken`. */
  readonly takesOwnTokens: boolean;
  /** What registering a card needs in addition to its number. */
  readonly registrationNeeds: readonly RegistrationField[];
  /** Whether a part of a charge can be given back, or only all of it. */
  readonly givesBackParts: boolean;
  /** How long after a charge it can be given back. */
  readonly giveBackWithinDays: number;
}

export type RegistrationField = "cardHolder" | "expireMonth" | "expireYear";

/** Whose card it is, as the gateway wants to know it. Personal data: never logged, never kept here. */
export interface Payer {
  readonly account: AccountId;
  readonly name: string;
  readonly surname: string;
  /** E.164. */
  readonly phoneNumber: string;
  readonly email: string;
}

/** A card to register: by its number, or one that the gateway saved itself. */
export type CardToRegister =
  | {
    readonly cardId: string;
    readonly number: CardNumber;
    readonly cardHolder?: string;
    readonly expiry?: CardExpiry;
    readonly alias?: string;
  }
  | { readonly cardId: string; readonly gatewayToken: string; readonly alias?: string };

export type { CardExpiry };

export type Registration =
  | {
    readonly status: "registered";
    readonly token: CardToken;
    /** What only the gateway knows about a card that it saved itself. */
    readonly card?: GatewayCard;
  }
  | { readonly status: "refused" };

export interface GatewayCard {
  /** Six digits; null if the gateway does not say. */
  readonly bin: string | null;
  readonly last4: string;
  readonly brand: CardBrand;
  readonly expiry?: CardExpiry;
  /** The same for the same number, as far as the gateway tells. */
  readonly fingerprint: string;
}

export interface ChargeOrder {
  /** The top-up's id. An adapter may rewrite it, injectively. */
  readonly reference: string;
  readonly token: CardToken;
  readonly amountKurus: Kurus;
  readonly payer: Payer;
  /** Where the bank sends the user's browser after 3-D Secure. */
  readonly callbackUrl: string;
}

/** How a charge ended, or that it has not ended yet. */
export type ChargeOutcome =
  | { readonly status: "charged"; readonly providerRef: string; readonly amountKurus: Kurus }
  | { readonly status: "declined"; readonly reason: DeclineReason }
  /** The bank wants to see the user. Nothing is charged until `complete`. */
  | {
    readonly status: "requires_action";
    readonly providerRef: string;
    readonly action: UserAction;
    readonly expiresAt: Instant;
  }
  | {
    readonly status: "pending";
    readonly providerRef?: string;
    /** What is missing is the user, or `complete` after them: without these nothing will be charged. */
    readonly awaitsUser?: true;
  };

/** What the user's browser has to be shown: an address to go to, or a page of the bank's. */
export type UserAction =
  | { readonly kind: "redirect"; readonly url: string }
  | { readonly kind: "page"; readonly html: string };

/** One charge that exists under a reference. */
export interface FoundCharge {
  readonly providerRef: string;
  readonly amountKurus: Kurus;
}

export type Inquiry =
  | (ChargeOutcome & {
    /** Further successful charges under the same reference: to be given back. */
    readonly surplus?: readonly FoundCharge[];
  })
  | { readonly status: "not_found" };

/** What came back with the user's browser, or in a webhook, as it came. */
export interface GatewayMessage {
  readonly kind: "callback" | "webhook";
  readonly headers: { get(name: string): string | null };
  /** The body's own bytes as text: signatures are over these. */
  readonly body: string;
}

/** What a verified message speaks about. It is a hint: credit rests on `complete` or `inquire`. */
export interface MessageSubject {
  /** The top-up's id, if the message names it. */
  readonly reference?: string;
  readonly providerRef?: string;
}

export interface Completion {
  readonly reference: string;
  readonly providerRef: string;
  readonly amountKurus: Kurus;
  readonly message: GatewayMessage;
}

export interface GiveBackOrder {
  /** The reference and providerRef of the charge. */
  readonly reference: string;
  readonly providerRef: string;
  /** The card refund's id, or one that follows from the top-up's for a surplus. */
  readonly refundReference: string;
  readonly amountKurus: Kurus;
  /** Whether it is all of the charge and nothing of it was given back before. */
  readonly whole: boolean;
}

export type GiveBackOutcome =
  | { readonly status: "given_back"; readonly how: "void" | "refund" }
  | { readonly status: "pending" }
  | { readonly status: "refused" };

/** One harmless question to a gateway, for `deno task gateway:check`. */
export interface GatewayFinding {
  readonly question: string;
  readonly works: boolean;
  /** For the operator's eyes; no token, secret or number. */
  readonly says: string;
}

/**
 * Charges cards, and gives money back to them. A call that rejects, or whose answer is unreadable,
 * unsigned where signatures exist, or speaks about another amount, currency or reference, leaves the
 * outcome unknown: adapters reject or say `pending`, and never `declined`, `refused` or `charged`.
 */
export interface CardGateway {
  readonly traits: GatewayTraits;
  register(payer: Payer, card: CardToRegister): Promise<Registration>;
  /** Lets the gateway forget a card. Forgetting one that is gone succeeds. */
  forget(token: CardToken): Promise<void>;
  charge(order: ChargeOrder): Promise<ChargeOutcome>;
  /** Ends a charge after the user came back. To be repeated safely: `inquire` tells after a lost answer. */
  complete(completion: Completion): Promise<ChargeOutcome>;
  /**
   * Give the providerRef if the journal has one. Without it, a charge that waits for its user counts as
   * one whose page was lost on its way, and which nobody will ever confirm.
   */
  inquire(
    charge: Pick<ChargeOrder, "reference" | "amountKurus"> & {
      readonly providerRef?: string;
      readonly token?: CardToken;
    },
  ): Promise<Inquiry>;
  giveBack(order: GiveBackOrder): Promise<GiveBackOutcome>;
  /** How an earlier `giveBack` ended whose answer was lost. */
  inquireGiveBack(
    order: GiveBackOrder,
  ): Promise<GiveBackOutcome | { readonly status: "not_found" }>;
  /** Undefined for a message that the gateway did not sign, or that is not readable. */
  verify(message: GatewayMessage): Promise<MessageSubject | undefined>;
  /** Asks what changes nothing. */
  check(): Promise<readonly GatewayFinding[]>;
}

/** Which gateway charges the cards of a fleet, and those that earlier cards of it were saved with. */
export interface CardGateways {
  /** The one that a fleet uses now. */
  of(filo: string): CardGateway;
  /** The one of that name, as that fleet uses it; undefined if it is not configured. */
  named(name: string, filo: string): CardGateway | undefined;
}
