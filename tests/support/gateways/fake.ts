import type { Kurus } from "../../../domain/money.ts";
import type {
  CardGateway,
  CardToRegister,
  GatewayMessage,
} from "../../../domain/ports/card_gateway.ts";
import type { TestClock } from "../clock.ts";

/** What an adapter asks its gateway for. One call of the port may take several of these. */
export type FakeCall =
  | "register"
  | "forget"
  /** A charge without the user. */
  | "charge"
  /** The beginning of 3-D Secure, where that is a call of its own. */
  | "start_3ds"
  /** The charge after 3-D Secure. */
  | "complete"
  /** Any question after charges or refunds. */
  | "inquire"
  | "give_back";

/** How the fake answers a call. */
export type FakeStep =
  | "works"
  /** Refusals of the bank, each in the gateway's own words. Nothing is charged. */
  | "insufficient_funds"
  | "expired_card"
  | "do_not_honour"
  | "lost_card"
  /** The gateway no longer knows the token. */
  | "card_gone"
  /** The bank wants to see the user first. */
  | "wants_3ds"
  /** The gateway does not know itself what happened, and nothing did. */
  | "says_unknown"
  /** It is charged, and a later look decides whether it stays so. */
  | "under_review"
  /** The connection breaks before the gateway did anything, or after it did all of it. */
  | "lost_before"
  | "lost_after"
  /** All of it is done, and half of the answer arrives. */
  | "half_an_answer"
  /** All of it is done; the answer never comes, and the adapter's deadline passes. */
  | "slow"
  | "server_error_before"
  | "server_error_after"
  /** All of it is done, and one thing in the answer is wrong. */
  | "wrong_signature"
  | "wrong_amount"
  | "wrong_currency"
  | "wrong_reference"
  /** Nothing is found yet, although it is there. */
  | "finds_nothing"
  /** Taken on, and carried out later. */
  | "pending"
  /** Refused for good, for a reason that lies in the request or the card. */
  | "refused";

export interface FakeOptions {
  /** By which the adapter and its gateway tell the time; one that stands still by default. */
  readonly clock?: TestClock;
}

/** A charge that the fake's bank has really carried out. */
export interface FakeCharge {
  readonly reference: string;
  readonly providerRef: string;
  readonly amountKurus: Kurus;
  readonly givenBackKurus: Kurus;
}

/** How the user's browser comes back. */
export type FakeReturn = "passes" | "fails" | "unsigned";

/**
 * One gateway's wire protocol, played on a free port, with an adapter that is connected to it. What the
 * bank has done is kept here, apart from what the adapter is told of it.
 */
export interface GatewayFake extends AsyncDisposable {
  readonly gateway: CardGateway;
  /** The steps that its protocol knows. A scenario that needs another one does not apply. */
  readonly plays: (call: FakeCall, step: FakeStep) => boolean;
  /** The next answers to such calls, in order; after them it works. */
  play(call: FakeCall, ...steps: readonly FakeStep[]): void;
  /** A card that it takes, which is another one each time. */
  card(): CardToRegister;
  /** The cards that it keeps. */
  cardCount(): number;
  /** What was really charged under a reference. */
  charges(reference: string): readonly FakeCharge[];
  /** A charge of which the adapter hears nothing, because a late or doubled request reached the bank. */
  chargeUnheard(reference: string, amountKurus: Kurus): void;
  /** What was pending or under review is carried out, or is not. */
  settle(reference: string, how: "works" | "refused"): void;
  /** What the bank sends with the user's browser. Undefined if the protocol has no such message. */
  userReturns(reference: string, how: FakeReturn): Promise<GatewayMessage | undefined>;
  /** What the gateway sends about a charge by itself; undefined likewise. */
  webhook(reference: string, how: "signed" | "unsigned"): Promise<GatewayMessage | undefined>;
  /** What no error may show: keys, tokens, numbers, holders and emails that it has seen. */
  secrets(): readonly string[];
  /** The calls that arrived, in order. */
  readonly arrived: readonly FakeCall[];
}
