import type { Instant } from "../../../domain/account.ts";
import { type Answer, newUser } from "../kese.ts";
import { lira } from "../amounts.ts";
import type { Moment } from "./sightings.ts";
import { ADJUSTED_FOR } from "./support_rules.ts";
import type { Command } from "./wallet.ts";

/** A question that changes nothing, except that an open top-up is asked for. */
export type Question =
  | { readonly kind: "read_balance" | "read_cards" }
  | { readonly kind: "read_payment"; readonly paymentId: string }
  | { readonly kind: "read_top_up"; readonly topUpId: string }
  | { readonly kind: "read_hold"; readonly holdId: string }
  | { readonly kind: "read_card_refund"; readonly cardRefundId: string }
  | { readonly kind: "read_profile" };

/** What the browser of a top-up's user posts when it comes back from the bank. */
export interface Return {
  readonly kind: "return_from_bank";
  readonly topUpId: string;
  readonly result: "approve" | "refuse";
}

export type Asked = Command | Question | Return;

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
  return asksCommand(attempt.asked);
}

export function asksCommand(asked: Asked): asked is Command {
  return !asked.kind.startsWith("read_") && asked.kind !== "return_from_bank";
}

/** Whether the client does not know yet how it ended. What waits for the user is clear. */
export function isUnclear({ answer: { status, body } }: Attempt): boolean {
  return status >= 500 || (status === 202 && body.status !== "requires_action");
}

/** Where the user of every top-up goes after 3-D Secure. */
const RETURN_URL = "https://rider.example/wallet";

/** What is asked, as it goes over the wire. */
export function toWire(
  asked: Asked,
  userNo: string,
): { readonly line: string; readonly json?: unknown; readonly form?: string } {
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
      const json = { userNo, balance: lira(amount), cardId, returnUrl: RETURN_URL };
      return { line: "POST /update_balance", json };
    }
    case "return_from_bank": {
      const { topUpId: reference, result } = asked;
      const fields = { reference, providerRef: `sbx_${reference}`, result };
      const form = new URLSearchParams(fields).toString();
      return { line: `POST /update_balance/${reference}/donus`, form };
    }
    case "card_refund": {
      const { topUpId, amount } = asked;
      const json = { userNo, topUpId, ...amount !== undefined && { amount: lira(amount) } };
      return { line: "POST /karta-iade", json };
    }
    case "change_profile":
      return { line: "PUT /kullanici", json: { userNo, email: asked.email } };
    case "change_auth_code":
      return { line: "PUT /kullanici/auth-kodu", json: { userNo, authCode: asked.authCode } };
    case "erase":
      return { line: "DELETE /kullanici", json: { userNo } };
    case "place_hold": {
      const { amount, minutes: expiresInMinutes, orderId } = asked;
      return {
        line: "POST /provizyon",
        json: { userNo, amount: lira(amount), expiresInMinutes, orderId },
      };
    }
    case "capture_hold": {
      const { holdId, amount } = asked;
      const json = { userNo, ...amount !== undefined && { amount: lira(amount) } };
      return { line: `POST /provizyon/${holdId}/tahsilat`, json };
    }
    case "release_hold":
      return { line: `POST /provizyon/${asked.holdId}/iptal`, json: { userNo } };
    case "adjust": {
      const { direction, amount, note } = asked;
      const json = { userNo, direction, amount: lira(amount), reason: ADJUSTED_FOR, note };
      return { line: "POST /bakiye-duzeltme", json };
    }
    case "freeze":
      return { line: "POST /hesap/dondur", json: { userNo } };
    case "unfreeze":
      return { line: "POST /hesap/coz", json: { userNo } };
    case "close":
      return { line: "POST /hesap/kapat", json: { userNo } };
    case "read_balance":
      return { line: `GET /bakiye?userNo=${userNo}` };
    case "read_cards":
      return { line: `GET /kart-saklama-listesi?userNo=${userNo}` };
    case "read_payment":
      return { line: `GET /kart-saklamali-odeme/${asked.paymentId}?userNo=${userNo}` };
    case "read_top_up":
      return { line: `GET /update_balance/${asked.topUpId}?userNo=${userNo}` };
    case "read_card_refund":
      return { line: `GET /karta-iade/${asked.cardRefundId}?userNo=${userNo}` };
    case "read_profile":
      return { line: `GET /kullanici?userNo=${userNo}` };
    case "read_hold":
      return { line: `GET /provizyon/${asked.holdId}?userNo=${userNo}` };
  }
}
