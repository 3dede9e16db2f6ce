import { failure, success } from "./iyzico_replies.ts";
import type { Handlers, IyzicoState } from "./iyzico_state.ts";

/** Stores cards, lists and forgets them. */
export function cardHandlers(state: IyzicoState): Handlers {
  return {
    "POST /cardstorage/card": {
      call: "register",
      run: ({ step, body }) => {
        if (!state.storesCards) return failure(body.conversationId, ["3007"]);
        if (step === "refused") return failure(body.conversationId, ["12"]);
        const { cardNumber: number } = body.card as { cardNumber: string };
        if (!body.email) return failure(body.conversationId, ["3"]);
        const cardToken = `token-${state.bank.newId()}`;
        const cardUserKey = `owner-${state.bank.newId()}`;
        state.bank.cards.set(cardToken, { cardUserKey, number });
        return success(body.conversationId, {
          externalId: body.externalId,
          email: body.email,
          cardUserKey,
          cardToken,
          binNumber: number.slice(0, 8),
          lastFourDigits: number.slice(-4),
          cardType: "CREDIT_CARD",
          cardAssociation: "MASTER_CARD",
          cardBankCode: 64,
        });
      },
    },
    "DELETE /cardstorage/card": {
      call: "forget",
      run: ({ body }) =>
        state.bank.cards.delete(String(body.cardToken))
          ? success(body.conversationId)
          : failure(body.conversationId, ["3006"]),
    },
    "POST /cardstorage/cards": {
      call: "inquire",
      run: ({ body }) => {
        const own = [...state.bank.cards].filter(([, card]) =>
          card.cardUserKey === body.cardUserKey
        );
        return own.length === 0 ? failure(body.conversationId, ["3005"]) : success(
          body.conversationId,
          {
            cardUserKey: body.cardUserKey,
            cardDetails: own.map(([cardToken]) => ({ cardToken })),
          },
        );
      },
    },
    "POST /payment/bin/check": {
      call: "inquire",
      run: ({ body }) => success(body.conversationId, { binNumber: body.binNumber }),
    },
  };
}
