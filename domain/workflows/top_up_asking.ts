import type { AccountId } from "../account.ts";
import {
  GATEWAY_TIMEOUT_MILLISECONDS,
  MINUTE_MILLISECONDS,
  NOT_FOUND_BEFORE_FAILED,
  UNNOTED_ACTION_MILLISECONDS,
} from "../limits.ts";
import type {
  CardGateway,
  ChargeOutcome,
  FoundCharge,
  GatewayMessage,
  Inquiry,
  Payer,
} from "../ports/card_gateway.ts";
import type { KeptCard } from "../ports/card_vault.ts";
import type { Clock } from "../ports/clock.ts";
import type { Log } from "../ports/log.ts";
import type { People } from "../ports/people.ts";
import type { InquiryPlan } from "./inquiry_plan.ts";
import type { OpenTopUpState } from "./top_up_state.ts";

export interface AskingPorts {
  readonly gateway: CardGateway;
  readonly people: Pick<People, "find">;
  readonly plan: Pick<InquiryPlan, "countNotFound">;
  readonly clock: Pick<Clock, "now" | "within">;
  readonly log: Log;
  /** Where the bank sends the user's browser, by top-up. */
  readonly callbackUrl: (topUpId: string) => string;
}

/** An open top-up, what the gateway is asked about it first, and its card. */
export interface Asking {
  readonly account: AccountId;
  readonly state: OpenTopUpState;
  readonly ask: "charge" | "inquire" | { readonly complete: GatewayMessage };
  readonly card: () => Promise<KeptCard>;
}

/** What the gateway says, and further charges under the same reference that nobody owes. */
interface Answer {
  readonly outcome: ChargeOutcome;
  readonly surplus: readonly FoundCharge[];
}

const PENDING = { status: "pending" } as const;

/** The outcome of a charge; pending unless it is certain. */
export async function askForOutcome(ports: AskingPorts, asking: Asking): Promise<Answer> {
  const { gateway, clock, log } = ports;
  const { started } = asking.state;
  try {
    const { ask } = asking;
    const answer = await askInTime<Inquiry>(
      ask === "charge"
        ? charge(ports, asking)
        : ask === "inquire"
        ? gateway.inquire(await inquiryOf(asking))
        : complete(gateway, asking.state, ask.complete),
    );
    const surplus = "surplus" in answer ? answer.surplus ?? [] : [];
    const outcome = answer.status === "not_found" ? await askAgain() : answer;
    return { outcome: endAction(checkAmount(outcome)), surplus };
  } catch (error) {
    log.warn("card_gateway_unclear", { topUpId: started.id, error });
    return { outcome: PENDING, surplus: [] };
  }

  async function askInTime<T extends Inquiry>(asked: Promise<T>): Promise<T | typeof PENDING> {
    return await clock.within(asked, GATEWAY_TIMEOUT_MILLISECONDS) ?? PENDING;
  }

  /**
   * Not found does not mean failed: the charge may still be on its way. Where the same reference is
   * never charged twice it is charged again; anywhere else only time can tell.
   */
  async function askAgain(): Promise<ChargeOutcome> {
    const { repeatableSeconds, notFoundIsFinalAfterSeconds } = gateway.traits;
    const age = clock.now() - started.at;
    const { state } = asking;
    if (state.status === "requires_action" && isActionOver(state)) {
      return { status: "declined", reason: "authentication_expired" };
    }
    if (age < repeatableSeconds * 1_000 - MINUTE_MILLISECONDS) {
      return await askInTime(charge(ports, asking));
    }
    if (age < notFoundIsFinalAfterSeconds * 1_000) return PENDING;
    const times = ports.plan.countNotFound(started.id);
    return times > NOT_FOUND_BEFORE_FAILED ? { status: "declined", reason: "declined" } : PENDING;
  }

  /** Nothing is charged while the gateway waits for a user whose time is over. */
  function endAction(outcome: ChargeOutcome): ChargeOutcome {
    const awaitsUser = outcome.status === "requires_action" ||
      (outcome.status === "pending" && outcome.awaitsUser === true);
    return awaitsUser && isActionOver(asking.state)
      ? { status: "declined", reason: "authentication_expired" }
      : outcome;
  }

  /** A process may have died before it noted that the bank waits: then nobody was ever sent there. */
  function isActionOver(state: OpenTopUpState): boolean {
    return clock.now() >=
      (state.status === "requires_action"
        ? state.action.expiresAt
        : started.at + UNNOTED_ACTION_MILLISECONDS);
  }

  /** A charge of another amount cannot be this top-up's, so an operator has to look. */
  function checkAmount(answer: ChargeOutcome): ChargeOutcome {
    if (answer.status !== "charged" || answer.amountKurus === started.amountKurus) return answer;
    log.error("card_gateway_charged_another_amount", { topUpId: started.id });
    return PENDING;
  }
}

/** An inquiry must not fail because the card does not open: what is asked about may be charged. */
async function inquiryOf({ state, card }: Asking): Promise<Parameters<CardGateway["inquire"]>[0]> {
  const { started } = state;
  const token = await card().then((kept) => kept.token, () => null);
  return {
    reference: started.id,
    amountKurus: started.amountKurus,
    ...(state.status === "requires_action" && { providerRef: state.action.providerRef }),
    ...(token && { token }),
  };
}

async function charge(
  { gateway, people, callbackUrl }: AskingPorts,
  { account, state: { started }, card }: Asking,
): Promise<ChargeOutcome> {
  const [{ token }, payer] = await Promise.all([card(), readPayer(people, account)]);
  // Only a card with a token starts a top-up.
  if (token === null) throw new Error("Cannot charge: the card has no token");
  return await gateway.charge({
    reference: started.id,
    token,
    amountKurus: started.amountKurus,
    payer,
    callbackUrl: callbackUrl(started.id),
  });
}

async function complete(
  gateway: CardGateway,
  state: OpenTopUpState,
  message: Parameters<CardGateway["complete"]>[0]["message"],
): Promise<ChargeOutcome> {
  if (state.status !== "requires_action") throw new Error("Cannot complete: nothing was begun");
  const { started: { id: reference, amountKurus }, action: { providerRef } } = state;
  return await gateway.complete({ reference, providerRef, amountKurus, message });
}

/** Whose card it is, as a gateway wants to know it. */
export async function readPayer(
  people: Pick<People, "find">,
  account: AccountId,
): Promise<Payer> {
  const profile = await people.find(account);
  if (profile === undefined) throw new Error("Cannot name the payer: there is no such user");
  const { name, surname, phoneNumber, email } = profile;
  return { account, name, surname, phoneNumber, email };
}
