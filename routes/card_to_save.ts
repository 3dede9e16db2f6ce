import { isExpired } from "../domain/card_expiry.ts";
import type { Instant } from "../domain/account.ts";
import type { CardNumber } from "../domain/card_number.ts";
import type { GatewayTraits } from "../domain/ports/card_gateway.ts";
import type { CardToSave } from "../domain/workflows/cards.ts";
import { type FieldError, listErrors, type Read, refuse } from "./contract/problems.ts";

/** What a request says about a card to save. */
export interface CardParameters {
  readonly cardNo?: CardNumber | undefined;
  readonly gatewayToken?: string | undefined;
  readonly cardHolder?: string | undefined;
  readonly expireMonth?: number | undefined;
  readonly expireYear?: number | undefined;
}

/** Reads a card as the fleet's gateway wants it, or names the fields that it still needs. */
export function readCardToSave(
  given: CardParameters,
  { traits, at }: {
    readonly traits: Pick<
      GatewayTraits,
      "takesNumbers" | "takesOwnTokens" | "registrationNeeds"
    >;
    readonly at: Instant;
  },
): Read<CardToSave> {
  const { cardNo, gatewayToken, cardHolder, expireMonth, expireYear } = given;
  if (gatewayToken !== undefined) {
    if (!traits.takesOwnTokens) return fail("gatewayToken", "not_taken_by_gateway");
    // The gateway knows them of its own card.
    const others = { cardNo, cardHolder, expireMonth, expireYear };
    const [other] = Object.entries(others).filter(([, value]) => value !== undefined);
    return other ? fail(other[0], "not_taken_by_gateway") : { ok: true, value: { gatewayToken } };
  }
  if (cardNo === undefined) {
    const field = traits.takesNumbers ? "cardNo" : "gatewayToken";
    return refuse(listErrors("missing_parameter", [{ field, code: "missing_parameter" }]));
  }
  if (!traits.takesNumbers) return fail("cardNo", "not_taken_by_gateway");
  const missing = traits.registrationNeeds.filter((name) => given[name] === undefined)
    .map((field): FieldError => ({ field, code: "missing_parameter" }));
  if (missing.length > 0) return refuse(listErrors("validation_failed", missing));
  if ((expireMonth === undefined) !== (expireYear === undefined)) {
    return fail(expireMonth === undefined ? "expireMonth" : "expireYear", "invalid_expiry");
  }
  if (isExpired({ ...(expireMonth && expireYear && { expireMonth, expireYear }) }, at)) {
    return fail("expireMonth", "invalid_expiry");
  }
  return {
    ok: true,
    value: {
      number: cardNo,
      ...(cardHolder !== undefined && { cardHolder }),
      ...(expireMonth !== undefined && expireYear !== undefined && {
        expiry: { month: expireMonth, year: expireYear },
      }),
    },
  };
}

function fail(field: string, code: string): Read<never> {
  return refuse(listErrors("validation_failed", [{ field, code }]));
}
