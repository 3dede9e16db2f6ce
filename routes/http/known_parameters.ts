import leven from "leven";
import type { z } from "zod";
import { maskCardNumbers } from "../../domain/card_number_search.ts";
import { type Problem, problem } from "../contract/problems.ts";
import { takesNumber } from "../contract/taking_numbers.ts";

/** How many characters of an unknown name an answer shows. */
const PARAMETER_NAME_SHOWN = 64;

/**
 * The parameters that a route takes. Any other is refused, because it may be a misspelt one that
 * matters.
 */
export interface KnownParameters {
  readonly names: ReadonlySet<string>;
  /** Those that decide what is done: all but what is only kept with it. */
  readonly deciding: readonly string[];
  /** Those that may also be JSON numbers. */
  readonly numbers: ReadonlySet<string>;
  /** Those that may stand in a URL whatever they hold. */
  readonly inUrl: ReadonlySet<string>;
}

const ONLY_KEPT: readonly string[] = ["orderId", "description"];

/** Lists the parameters of a route; called once for each. */
export function listKnownParameters(
  { parameters, inUrl = [] }: {
    readonly parameters: z.ZodObject;
    readonly inUrl?: readonly string[];
  },
): KnownParameters {
  const fields = Object.entries(parameters.shape);
  return {
    names: new Set(fields.map(([name]) => name)),
    deciding: fields.map(([name]) => name).filter((name) => !ONLY_KEPT.includes(name)),
    numbers: new Set(fields.filter(([, field]) => takesNumber(field)).map(([name]) => name)),
    inUrl: new Set(inUrl),
  };
}

/** Refuses a name that the route does not know, and tells the one that was most likely meant. */
export function refuseUnknownParameter(name: string, names: ReadonlySet<string>): Problem {
  const nearest = findNearest(name, names);
  return problem("unknown_parameter", {
    parameter: cutName(name),
    ...(nearest !== undefined && { nearest }),
    ...(names.size > 0 && { parameters: [...names].join(", ") }),
  });
}

/** Cuts a client's own words for an answer and masks card numbers in them: answers end up in logs. */
export function cutName(name: string): string {
  // Masked before it is cut, so that no cut hides that a number is one.
  const beginning = name.slice(0, 2 * PARAMETER_NAME_SHOWN);
  return maskCardNumbers(beginning).slice(0, PARAMETER_NAME_SHOWN).toWellFormed();
}

/** One wrong letter in three is a slip; more make another word. */
const LETTERS_PER_SLIP = 3;

function findNearest(name: string, names: ReadonlySet<string>): string | undefined {
  const given = simplifyName(name.slice(0, PARAMETER_NAME_SHOWN));
  const [nearest] = [...names].map((known) => {
    const letters = Math.max(given.length, known.length);
    return { known, slips: leven(given, simplifyName(known)), most: letters / LETTERS_PER_SLIP };
  }).filter(({ slips, most }) => slips <= most).sort((one, other) => one.slips - other.slips);
  return nearest?.known;
}

/** `payment_id`, `payment-id` and `PaymentID` are all paymentId. */
function simplifyName(name: string): string {
  return name.replaceAll(/[_\s-]/g, "").toLowerCase();
}
