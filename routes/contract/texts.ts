import { z } from "zod";
import { holdsCardNumber } from "../../domain/card_number_search.ts";

/**
 * The message of every issue is the code of the field's error, so that texts and statuses are found in
 * one table.
 */
export function failWith(code: string): { error: (issue: { input?: unknown }) => string } {
  return { error: ({ input }) => input === undefined ? "missing_parameter" : code };
}

export const hidesNoCardNumber = (text: string): boolean => !holdsCardNumber(text);

// Control, format and direction characters, what Unicode has not assigned (nobody knows what it will
// show), halves of surrogate pairs, line ends, and letters that show nothing. A variation selector
// stays: it makes a heart red.
const HIDDEN = /[\p{C}\p{Zl}\p{Zp}]|(?![\ufe0e\ufe0f])\p{DI}/u;
/** At most this many characters become one in NFC. */
const COMPOSED_OF = 4;

/**
 * One line of text as it is kept: in NFC, of visible characters, without blanks around it. A text
 * that is too long is refused first, because the checks cost more the longer it is.
 */
export function line(maxLength: number, code: string): z.ZodString {
  const error = { error: code, abort: true };
  return z.string(failWith(code)).max(maxLength * COMPOSED_OF, error)
    .refine((value) => !HIDDEN.test(value), error)
    .normalize("NFC").trim().min(1, error).max(maxLength, error);
}

/** One line of text that will be kept, so it must not contain a card number. */
export function text(maxLength: number): z.ZodString {
  return line(maxLength, "invalid_text").refine(hidesNoCardNumber, "holds_card_number");
}

/** A text of which only a slow hash is kept, so it may contain any characters. */
export function secret(maxLength: number): z.ZodString {
  const error = { error: "invalid_text", abort: true };
  return z.string(failWith("invalid_text")).max(maxLength * COMPOSED_OF, error)
    // Half a surrogate pair has no UTF-8: all of them would have one hash.
    .refine((value) => value.isWellFormed(), error)
    // One secret, whichever system it is typed on.
    .normalize("NFC").min(1, error).max(maxLength, error);
}
