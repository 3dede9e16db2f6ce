import { z } from "zod";
import { createAccount } from "../domain/workflows/opening.ts";
import { CardNumber } from "../domain/card_number.ts";
import { CARDS_PER_ACCOUNT } from "../domain/limits.ts";
import { CURRENCY, NO_MONEY } from "../domain/money.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toMoneyAfter } from "./contract/present_money.ts";
import { toCard } from "./contract/present_card.ts";
import { problem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { accountAnswer } from "./contract/account_answers.ts";
import { userNo } from "./contract/fields.ts";
import { openingBalance } from "./contract/money_fields.ts";
import { authCode, birthDate, email, personalText, phoneNumber } from "./contract/person_fields.ts";
import { knownCardNumber, knownCardNumbers } from "./contract/card_fields.ts";

export function createUserRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { ids } = dependencies;
  return [
    defineAccountEndpoint("fleet", {
      method: "post",
      path: "/create_user",
      operation: "create_user",
      scope: "pay",
      tag: "users",
      summary: "Creates a user with a balance and cards",
      parameters: z.object({
        userNo,
        authCode,
        name: personalText.meta({ example: "John" }),
        surname: personalText.meta({ example: "Doe" }),
        birthDate,
        phoneNumber,
        email,
        selectedCard: knownCardNumber.optional(),
        allCards: knownCardNumbers.optional(),
        balance: openingBalance.optional(),
      }).refine(fitsOneAccount, { path: ["selectedCard"], error: "invalid_cards" }),
      secretParameters: ["authCode"],
      answers: { 201: accountAnswer },
      problems: ["user_exists", "validation_failed"],
      listsInvalidFields: true,
    }, async ({ account, command, parameters }) => {
      const { authCode, selectedCard, allCards, balance, userNo, ...profile } = parameters;
      const outcome = await createAccount(dependencies, {
        ...command,
        entryId: ids.next("ent", command.at),
        account,
        authCode,
        profile,
        balanceKurus: balance ?? NO_MONEY,
        cardNumbers: allCards ?? [],
        ...(selectedCard && { selectedCard }),
      });
      if (!("entry" in outcome)) {
        return problem(
          outcome.outcome === "key_reused" ? "idempotency_key_reused" : outcome.outcome,
        );
      }
      const { entry } = outcome;
      const cards = entry.cards.map((card) => toCard(card, entry.at));
      const body = {
        userNo,
        ...toMoneyAfter(entry),
        currency: CURRENCY,
        cards,
      };
      return { status: 201, message: "account_opened", body, ...markReplayed(outcome) };
    }),
  ];
}

/** A selected card that is not among all cards is added to them, and must still fit. */
function fitsOneAccount(
  { allCards = [], selectedCard }: {
    readonly allCards?: readonly CardNumber[] | undefined;
    readonly selectedCard?: CardNumber | undefined;
  },
): boolean {
  const numbers = selectedCard ? [...allCards, selectedCard] : allCards;
  return CardNumber.distinct(numbers).length <= CARDS_PER_ACCOUNT;
}
