import type { AccountId } from "../account.ts";
import type { EntryOf, JournalEntry } from "../journal.ts";
import { formatAmount } from "../money.ts";
import type { CardGateways, Inquiry } from "../ports/card_gateway.ts";
import type { Log } from "../ports/log.ts";
import { type ClosedTopUpPorts, inquireClosed, type TopUpClosing } from "./closed_top_ups.ts";
import { toOrder } from "./card_refund_settling.ts";
import { giveBackUnowed } from "./unowed_charges.ts";

export interface GatewayProofPorts extends Omit<ClosedTopUpPorts, "gateway"> {
  readonly gateways: Pick<CardGateways, "named">;
  readonly log: Log;
}

/** A contradiction, or that the gateway did not answer. */
export type GatewayFault = "unanswered" | {
  readonly says: string;
  /** A charge that nobody owes, which was given back when it was found: whoever looks again finds it gone. */
  readonly isUnowed?: true;
};

/** How the gateway contradicts an entry that closes a top-up or ends a card refund. */
export async function findGatewayFault(
  ports: GatewayProofPorts,
  id: AccountId,
  { entry, started }: {
    readonly entry: JournalEntry;
    readonly started: Map<string, EntryOf<"card_refund_started">>;
  },
): Promise<GatewayFault | undefined> {
  if (entry.type === "top_up_credited" || entry.type === "top_up_failed") {
    return await findChargeFault(ports, id, entry);
  }
  if (entry.type !== "card_refund_completed" && entry.type !== "card_refund_failed") {
    return undefined;
  }
  const beginning = started.get(entry.cardRefundId);
  started.delete(entry.cardRefundId);
  const says = beginning &&
    await findCardRefundFault(ports, id, { started: beginning, ending: entry });
  return says === undefined || says === "unanswered" ? says : { says };
}

/** How the card gateway contradicts the journal; undefined if it does not. */
async function findChargeFault(
  ports: GatewayProofPorts,
  id: AccountId,
  closing: TopUpClosing,
): Promise<GatewayFault | undefined> {
  const { type, amountKurus } = closing;
  const gateway = ports.gateways.named(closing.gateway, id.filo);
  const answer = gateway &&
    await inquireClosed({ ...ports, gateway }, id, closing).catch(() => undefined);
  if (gateway === undefined || answer === undefined || isUnanswered(answer)) return "unanswered";
  const started = { id: closing.topUpId };
  const unowed = { ...ports, gateway };
  const surplus = "surplus" in answer ? answer.surplus ?? [] : [];
  const again: string[] = [];
  for (const charge of surplus) {
    const given = await giveBackUnowed(unowed, { started, charge, why: "surplus" });
    if (given !== "given_back_before") again.push(charge.providerRef);
  }
  if (again.length > 0) {
    return { says: `the card was charged again as ${again.join(", ")}`, isUnowed: true };
  }
  if (type === "top_up_failed") {
    if (answer.status !== "charged") return undefined;
    const given = await giveBackUnowed(unowed, { started, charge: answer, why: "failed" });
    if (given === "given_back_before") return undefined;
    return { says: "failed, and the card was charged", isUnowed: true };
  }
  if (answer.status !== "charged") {
    return { says: `credited, and the card's side says ${answer.status}` };
  }
  if (answer.amountKurus === amountKurus) return undefined;
  const [credited, charged] = [amountKurus, answer.amountKurus].map(formatAmount);
  return { says: `credited ${credited}, and the card was charged ${charged}` };
}

/** What waits for a user who has not come back was not charged. */
function isUnanswered(answer: Inquiry): boolean {
  return answer.status === "pending" && answer.awaitsUser !== true;
}

/** How a card gateway contradicts the journal about a card refund that has ended; undefined if it does not. */
async function findCardRefundFault(
  { gateways }: Pick<GatewayProofPorts, "gateways">,
  { filo }: AccountId,
  { started, ending }: {
    readonly started: EntryOf<"card_refund_started">;
    readonly ending: EntryOf<"card_refund_completed" | "card_refund_failed">;
  },
): Promise<string | undefined> {
  const gateway = gateways.named(started.gateway, filo);
  if (gateway === undefined) return "unanswered";
  const answer = await gateway.inquireGiveBack(toOrder(started))
    .catch(() => ({ status: "pending" } as const));
  if (answer.status === "pending") return "unanswered";
  const isGivenBack = answer.status === "given_back";
  if (ending.type === "card_refund_failed") {
    return isGivenBack ? "failed, and the card got the money" : undefined;
  }
  return isGivenBack ? undefined : `completed, and the card's side says ${answer.status}`;
}
