import leven from "leven";
import type { z } from "zod";
import { maskCardNumbers } from "../../domain/card_number_search.ts";
import { type Problem, problem } from "../contract/problems.ts";
import { takesNumber } from "../contract/fields.ts";

/** Characters of a name that a client made up which an answer shows. */
export const PARAMETER_NAME_SHOWN = 64;

/** What a route takes by name. Another name is refused: it may be a misspelt one that matters. */
export interface KnownParameters {
  readonly names: ReadonlySet<string>;
  /** Those that may also be JSON numbers. */
  readonly numbers: ReadonlySet<string>;
}

/** The parameters of a route; made once for each. */
export function listKnownParameters(
  { parameters }: { readonly parameters: z.ZodObject },
): KnownParameters {
  const fields = Object.entries(parameters.shape);
  return {
    names: new Set(fields.map(([name]) => name)),
    numbers: new Set(fields.filter(([, field]) => takesNumber(field)).map(([name]) => name)),
  };
}

/** The refusal of a name that the route does not know, with the one that was most likely meant. */
export function refuseUnknownParameter(name: string, names: ReadonlySet<string>): Problem {
  const nearest = findNearest(name, names);
  return problem("unknown_parameter", {
    parameter: cutName(name),
    ...(nearest !== undefined && { nearest }),
    ...(names.size > 0 && { parameters: [...names].join(", ") }),
  });
}

/** Of a client's own words no more than this comes back, and no card number: answers end up in logs. */
export function cutName(name: string): string {
  // Masked before it is cut, so that no cut hides that a number is one.
  const beginning = name.slice(0, 2 * PARAMETER_NAME_SHOWN);
  return maskCardNumbers(beginning).slice(0, PARAMETER_NAME_SHOWN).toWellFormed();
}

/** One letter in three may be another: that is a slip, and more is another word. */
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
