import { z } from "zod";
import { listCards } from "../domain/card_listing.ts";
import { removeCard, saveCard } from "../domain/workflows/cards.ts";
import { decideCardSelection } from "../domain/card_selection.ts";
import { findCard } from "../domain/account.ts";
import { cardSnapshot } from "../domain/journal.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toCard } from "./contract/present_card.ts";
import { problem, toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { messageAnswer } from "./contract/answer_parts.ts";
import { cardListAnswer, cardSavedAnswer } from "./contract/card_answers.ts";
import { cardId, userNo } from "./contract/fields.ts";
import {
  alias,
  cardHolder,
  expireMonth,
  expireYear,
  gatewayToken,
  newCardNumber,
} from "./contract/card_fields.ts";
import { readCardToSave } from "./card_to_save.ts";

export function createCardRoutes(dependencies: Dependencies): readonly Endpoint[] {
  return [
    defineSaveCard(dependencies),
    defineListCards(dependencies),
    defineSelectCard(dependencies),
    defineRemoveCard(dependencies),
  ];
}

function defineSaveCard(dependencies: Dependencies): Endpoint {
  const { ids } = dependencies;
  return defineAccountEndpoint("fleet_or_session", {
    method: "post",
    path: "/kart-saklama",
    operation: "save_card",
    scope: "pay",
    tag: "cards",
    summary: "Saves a card",
    parameters: z.object({
      userNo,
      cardNo: newCardNumber.optional(),
      gatewayToken: gatewayToken.optional(),
      cardHolder: cardHolder.optional(),
      expireMonth: expireMonth.optional(),
      expireYear: expireYear.optional(),
      alias: alias.optional(),
    }),
    answers: { 201: cardSavedAnswer },
    problems: [
      "user_not_found",
      "duplicate_card",
      "invalid_card_number",
      "too_many_cards",
      "card_refused",
      "card_number_in_url",
      "missing_parameter",
      "validation_failed",
    ],
  }, async ({ account, command, parameters }) => {
    const { at } = command;
    const { traits } = dependencies.gateways.of(account.filo);
    const read = readCardToSave(parameters, { traits, at });
    if (!read.ok) return read.problem;
    const { alias } = parameters;
    const outcome = await saveCard(dependencies, {
      ...command,
      entryId: ids.next("ent", at),
      cardId: ids.next("card", at),
      account,
      card: read.value,
      ...(alias !== undefined && { alias }),
    });
    if (!("entry" in outcome)) return toProblem(outcome);
    const body = { card: toCard(outcome.entry.card, outcome.entry.at) };
    return { status: 201, message: "card_saved", body, ...markReplayed(outcome) };
  });
}

function defineListCards({ accounts }: Dependencies): Endpoint {
  return defineAccountEndpoint("fleet_or_session", {
    method: "get",
    path: "/kart-saklama-listesi",
    operation: "list_cards",
    scope: "read",
    tag: "cards",
    summary: "Lists the saved cards, oldest first",
    parameters: z.object({ userNo }),
    answers: { 200: cardListAnswer },
    problems: ["user_not_found", "no_cards"],
  }, async ({ account: id, at }) => {
    const account = await accounts.read(id);
    if (account === undefined) return problem("user_not_found");
    const list = listCards(account);
    if ("code" in list) return problem(list.code);
    const selectedCard = list.selectedCard && toCard(list.selectedCard, at);
    return {
      status: 200,
      message: "cards_listed",
      body: { cards: list.cards.map((card) => toCard(card, at)), selectedCard },
    };
  });
}

function defineSelectCard({ accounts, ids }: Dependencies): Endpoint {
  return defineAccountEndpoint("fleet_or_session", {
    method: "put",
    path: "/secili-kart",
    operation: "select_card",
    scope: "pay",
    tag: "cards",
    summary: "Selects the card that top-ups charge",
    parameters: z.object({ userNo, cardId }),
    answers: { 200: cardSavedAnswer },
    problems: ["user_not_found", "card_not_found", "card_not_chargeable"],
  }, async ({ account: id, command: { at, ...command }, parameters: { cardId } }) => {
    const selection = { ...command, at, entryId: ids.next("ent", at), cardId };
    const outcome = await accounts.update(
      { account: id, command: selection },
      ({ account }) => decideCardSelection(account, selection),
    );
    if (outcome.outcome === "unchanged") {
      const card = findCard(outcome.account, cardId);
      if (card === undefined) return problem("card_not_found");
      return {
        status: 200,
        message: "card_selected",
        body: { card: toCard(cardSnapshot(card, cardId), at) },
      };
    }
    if (!("entry" in outcome)) return toProblem(outcome);
    const body = { card: toCard(outcome.entry.card, outcome.entry.at) };
    return { status: 200, message: "card_selected", body, ...markReplayed(outcome) };
  });
}

function defineRemoveCard(dependencies: Dependencies): Endpoint {
  const { ids } = dependencies;
  return defineAccountEndpoint("fleet_or_session", {
    method: "delete",
    path: "/kart-saklama",
    operation: "remove_card",
    scope: "pay",
    tag: "cards",
    summary: "Removes a saved card",
    parameters: z.object({ userNo, cardId }),
    answers: { 200: messageAnswer },
    problems: ["user_not_found", "card_not_found", "card_in_use"],
  }, async ({ account, command: { at, ...command }, parameters: { cardId } }) => {
    const entryId = ids.next("ent", at);
    const outcome = await removeCard(dependencies, { ...command, at, entryId, account, cardId });
    if (!("entry" in outcome)) return toProblem(outcome);
    return { status: 200, message: "card_removed", body: {}, ...markReplayed(outcome) };
  });
}
