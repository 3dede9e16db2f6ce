import { CardToken } from "../../../domain/card_token.ts";
import type { CardToRegister, Payer, Registration } from "../../../domain/ports/card_gateway.ts";
import type { IyzicoCalls } from "./calls.ts";
import { isTokenGone, isWrongCard, unexplained, unknownOutcome } from "./errors.ts";
import { parseFields, textOf } from "./reply.ts";

/** Both halves of iyzico's token; the vault keeps them as one text. */
export interface IyzicoToken {
  readonly cardUserKey: string;
  readonly cardToken: string;
}

const CARD = "cardstorage/card";

/**
 * Registers a card for an owner of its own, by email. iyzico stores the same number again and again, and
 * asks for no security code: neither tells that the card is new, nor whose it is.
 */
export async function register(
  calls: IyzicoCalls,
  { payer, card, signal }: {
    readonly payer: Payer;
    readonly card: CardToRegister;
    readonly signal: AbortSignal;
  },
): Promise<Registration> {
  if (!("number" in card) || card.cardHolder === undefined || card.expiry === undefined) {
    throw new Error("Cannot register a card with iyzico: it needs number, holder and expiry");
  }
  const reply = await calls.send("POST", `/${CARD}`, {
    locale: "tr",
    conversationId: card.cardId,
    externalId: card.cardId,
    email: payer.email,
    card: {
      cardAlias: card.alias ?? card.cardId,
      cardNumber: card.number.reveal(),
      expireYear: String(card.expiry.year),
      expireMonth: String(card.expiry.month).padStart(2, "0"),
      cardHolderName: card.cardHolder,
    },
  }, signal);
  if (!reply.ok) {
    if (isWrongCard(reply.failure)) return { status: "refused" };
    throw unexplained(CARD, reply.failure);
  }
  const cardUserKey = textOf(reply.fields, "cardUserKey");
  const cardToken = textOf(reply.fields, "cardToken");
  const last4 = textOf(reply.fields, "lastFourDigits");
  if (!cardUserKey || !cardToken) throw unknownOutcome(CARD, "its answer has no token");
  if (last4 !== undefined && last4 !== card.number.facts.last4) {
    throw unknownOutcome(CARD, "it registered another card");
  }
  return { status: "registered", token: sealToken({ cardUserKey, cardToken }) };
}

/** Lets iyzico forget a card. */
export async function forget(
  calls: IyzicoCalls,
  token: CardToken,
  signal: AbortSignal,
): Promise<void> {
  const { cardUserKey, cardToken } = openToken(token);
  const conversationId = "forget";
  const body = { locale: "tr", conversationId, cardUserKey, cardToken };
  const reply = await calls.send("DELETE", `/${CARD}`, body, signal);
  if (!reply.ok && !isTokenGone(reply.failure)) throw unexplained(CARD, reply.failure);
}

function sealToken({ cardUserKey, cardToken }: IyzicoToken): CardToken {
  return new CardToken(JSON.stringify({ cardUserKey, cardToken }));
}

/** Reads what {@linkcode register} made. Throws for a token of another gateway. */
export function openToken(token: CardToken): IyzicoToken {
  const wrong = new Error("Cannot use a card with iyzico: the token is not one of its own");
  try {
    const fields = parseFields(token.reveal());
    const cardUserKey = textOf(fields, "cardUserKey");
    const cardToken = textOf(fields, "cardToken");
    if (cardUserKey && cardToken) return { cardUserKey, cardToken };
  } catch {
    // Said below, without a cause that would repeat the token.
  }
  throw wrong;
}
