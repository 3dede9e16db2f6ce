import { z } from "zod";
import { CardToken } from "../../../domain/card_token.ts";
import type { CardToRegister, Registration } from "../../../domain/ports/card_gateway.ts";
import { readJson, unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";

const key = z.string().min(1).max(512);
/** What names a card: its owner and itself. Both are secrets. */
const cardKeys = z.object({ cardUserKey: key, cardToken: key });
export type CardKeys = z.output<typeof cardKeys>;

const REGISTER = "payment/v1/cards";
const FORGET = "payment/v1/cards/delete";

/** Stores a card. Each is an owner of its own, so that no key of another card has to be kept. */
export async function register(
  calls: Calls,
  card: CardToRegister,
  signal: AbortSignal,
): Promise<Registration> {
  if (!("number" in card)) return { status: "refused" };
  const { cardId, number, cardHolder, expiry, alias } = card;
  if (cardHolder === undefined || expiry === undefined) {
    throw new TypeError("Cannot register a card with Craftgate: holder or expiry is missing");
  }
  const reply = await calls({
    name: REGISTER,
    path: `/${REGISTER}`,
    body: {
      cardHolderName: cardHolder,
      cardNumber: number.reveal(),
      expireYear: String(expiry.year),
      expireMonth: String(expiry.month).padStart(2, "0"),
      ...(alias !== undefined && { cardAlias: alias }),
    },
    idempotencyKey: cardId,
  }, signal);
  if (reply.kind === "refused") {
    // Of a card that it does not take, Craftgate says so; anything else is a fault of keys or account.
    if (reply.httpStatus === 422) return { status: "refused" };
    throw unclear("Craftgate", REGISTER, describe(reply));
  }
  const keys = cardKeys.safeParse(reply.data).data;
  if (keys === undefined) throw unclear("Craftgate", REGISTER, "its card cannot be read");
  return { status: "registered", token: new CardToken(JSON.stringify(keys)) };
}

/** Lets Craftgate forget a card. One that it does not know is forgotten already. */
export async function forget(calls: Calls, token: CardToken, signal: AbortSignal): Promise<void> {
  const { cardUserKey, cardToken } = openToken(token);
  const reply = await calls({
    name: FORGET,
    path: `/${FORGET}`,
    body: { cardUserKey, cardToken },
  }, signal);
  if (reply.kind === "refused" && reply.httpStatus !== 404) {
    throw unclear("Craftgate", FORGET, describe(reply));
  }
}

/** The keys inside a token that {@linkcode register} made. */
export function openToken(token: CardToken): CardKeys {
  const keys = readJson(cardKeys, token.reveal());
  if (keys === undefined) {
    throw new TypeError("Cannot read a card token: it is not one of Craftgate's");
  }
  return keys;
}
