import type { Instant } from "../../../domain/account.ts";
import { type Answer, newUser } from "../kese.ts";
import { lira } from "../amounts.ts";
import type { Moment } from "./sightings.ts";
import type { Command } from "./wallet.ts";

/** A question that changes nothing, except that an open top-up is asked for. */
export type Question =
  | { readonly kind: "read_balance" | "read_cards" }
  | { readonly kind: "read_payment"; readonly paymentId: string }
  | { readonly kind: "read_top_up"; readonly topUpId: string };

export type Asked = Command | Question;

/** One request and its answer, seen from the client. */
export interface Attempt {
  readonly requestId: string;
  readonly userNo: string;
  readonly instance: number;
  readonly asked: Asked;
  readonly key?: string;
  readonly sent: Moment;
  readonly answered: Moment;
  /** What the instance's clock showed meanwhile. */
  readonly times: readonly Instant[];
  readonly answer: Answer;
}

/** A command with its answer. */
export type CommandAttempt = Attempt & { readonly asked: Command };

export function isCommand(attempt: Attempt): attempt is CommandAttempt {
  return !attempt.asked.kind.startsWith("read_");
}

/** Whether the client does not know yet how it ended. */
export function isUnclear({ answer: { status } }: Attempt): boolean {
  return status >= 500 || status === 202;
}

/** What is asked, as it goes over the wire. */
export function toWire(
  asked: Asked,
  userNo: string,
): { readonly line: string; readonly json?: unknown } {
  switch (asked.kind) {
    case "create_user": {
      const { balance, numbers: allCards, selected: selectedCard } = asked;
      const more = { balance: lira(balance), allCards, ...selectedCard && { selectedCard } };
      return { line: "POST /create_user", json: newUser(userNo, more) };
    }
    case "save_card":
      return { line: "POST /kart-saklama", json: { userNo, cardNo: asked.number } };
    case "select_card":
      return { line: "PUT /secili-kart", json: { userNo, cardId: asked.cardId } };
    case "remove_card":
      return { line: "DELETE /kart-saklama", json: { userNo, cardId: asked.cardId } };
    case "pay": {
      const { amount, orderId } = asked;
      return {
        line: "POST /kart-saklamali-odeme",
        json: { userNo, amount: lira(amount), orderId },
      };
    }
    case "refund": {
      const { paymentId, amount } = asked;
      const json = { userNo, paymentId, ...amount !== undefined && { amount: lira(amount) } };
      return { line: "POST /iade", json };
    }
    case "top_up": {
      const { amount, cardId } = asked;
      return { line: "POST /update_balance", json: { userNo, balance: lira(amount), cardId } };
    }
    case "read_balance":
      return { line: `GET /bakiye?userNo=${userNo}` };
    case "read_cards":
      return { line: `GET /kart-saklama-listesi?userNo=${userNo}` };
    case "read_payment":
      return { line: `GET /kart-saklamali-odeme/${asked.paymentId}?userNo=${userNo}` };
    case "read_top_up":
      return { line: `GET /update_balance/${asked.topUpId}?userNo=${userNo}` };
  }
}
