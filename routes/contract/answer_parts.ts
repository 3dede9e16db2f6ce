/**
 * What the shapes of answers have in common. The documentation is made from the shapes, and the compiler
 * checks the handlers against them. Each has an id, because generators of clients name their classes by
 * it. A `…Body` is what a handler makes; the message comes with the language of the request.
 *
 * @module
 */

import { DECLINE_REASONS } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { SCOPES } from "../../domain/auth.ts";
import { CURRENCY } from "../../domain/money.ts";
import { z } from "zod";

export const money = z.string().regex(/^\d+\.\d{2}$/)
  .meta({ id: "Money", description: "TRY with two decimals.", example: "989.50" });
export const signedMoney = z.string().regex(/^-?\d+\.\d{2}$/);
export const available = money.meta({
  id: "Available",
  description: "The balance without what open holds set aside.",
});
export const held = money.meta({ id: "Held", description: "What open holds set aside." });
export const instant = z.iso.datetime().meta({
  id: "Instant",
  example: "2026-01-31T09:30:00.000Z",
});
// Not instant.nullable(): a name that may be null is a union.
export const maybeInstant = z.iso.datetime().nullable().meta({
  example: "2026-01-31T09:30:00.000Z",
});
export const currency = z.literal(CURRENCY);
export const message = z.string().meta({
  id: "Text",
  description: "For people; programs match fields and codes.",
});

export const accountStatus = z.enum(["active", "frozen", "closed"]);

export const entryType = z.enum(ENTRY_TYPES).meta({ id: "EntryType" });

export const declineReason = z.enum(DECLINE_REASONS)
  .meta({ id: "DeclineReason" });

export const scope = z.enum(SCOPES).meta({ id: "Scope" });

export const messageAnswer = z.object({ message }).meta({ id: "Message" });
