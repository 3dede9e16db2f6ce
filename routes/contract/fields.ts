/**
 * The parameters that many routes have; those of one subject stand in `…_fields.ts`.
 *
 * @module
 */

import { z } from "zod";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { ID_MAX_LENGTH, PAGE_DEFAULT, PAGE_MAX, USER_NO_MAX_LENGTH } from "../../domain/limits.ts";
import { failWith, hidesNoCardNumber } from "./texts.ts";
import { TAKING_NUMBERS } from "./taking_numbers.ts";

const NAME = new RegExp(`^[A-Za-z0-9_-]{1,${USER_NO_MAX_LENGTH}}$`);

/** The name of a fleet or user, or the beginning of one. */
function name(code: string) {
  return z.string(failWith(code)).regex(NAME, { error: code, abort: true })
    .refine(hidesNoCardNumber, code);
}

export const userNo = name("invalid_user_no")
  .meta({ id: "UserNo", description: "The fleet's number for its user.", example: "123456" })
  .register(TAKING_NUMBERS, {});

export const userNoPrefix = name("invalid_user_no")
  .meta({ description: "How the user's number begins.", example: "1234" });

export const filo = name("invalid_filo").meta({ description: "The fleet.", example: "hergele" });

const id = z.string(failWith("invalid_id")).min(1, "invalid_id").max(ID_MAX_LENGTH, "invalid_id");
export const paymentId = id.meta({ example: "pay_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const topUpId = id.meta({ example: "top_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const cardRefundId = id.meta({ example: "crf_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const holdId = id.meta({ example: "hold_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const keyId = id.meta({ example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0" });
export const cardId = id.meta({ example: "card_01JABCDEFGHJKMNPQRSTVWXYZ0" });

export const eventId = id.meta({
  description: "The id of the entry.",
  example: "pay_01JABCDEFGHJKMNPQRSTVWXYZ0",
});

export const limit = z.string(failWith("invalid_limit")).regex(/^[1-9]\d{0,2}$/, "invalid_limit")
  .transform(Number)
  .refine((count) => count <= PAGE_MAX, "invalid_limit")
  .meta({
    type: "integer",
    minimum: 1,
    maximum: PAGE_MAX,
    description: `Entries on a page; ${PAGE_DEFAULT} when left out.`,
    example: PAGE_DEFAULT,
  });

/** Opaque to clients; it holds the number of the last entry that was shown. */
export const cursor = z.string(failWith("invalid_cursor")).regex(
  /^s[1-9]\d{0,14}$/,
  "invalid_cursor",
)
  .transform((text) => Number(text.slice(1)))
  .meta({ description: "`nextCursor` of the page before." });

export const entryType = z.enum(ENTRY_TYPES, failWith("invalid_type")).meta({
  description: "Only entries of this type.",
});
