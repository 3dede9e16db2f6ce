import { Buffer } from "node:buffer";
import { z } from "zod";
import { SCOPES } from "../../domain/auth.ts";
import { type Day, isDay } from "../../domain/days.ts";
import type { EntryType } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { KEY_NAME_MAX_LENGTH, USER_NO_MAX_LENGTH } from "../../domain/limits.ts";
import { EVENT_STATUSES } from "../../domain/ports/event_outbox.ts";
import { accountStatus as shownStatus } from "./answer_parts.ts";
import { failWith, text } from "./texts.ts";

export const day = z.string(failWith("invalid_day")).refine(isDay, "invalid_day")
  .meta({ format: "date", description: "A day of TIME_ZONE.", example: "2026-01-01" });

export const accountStatus = z.enum(shownStatus.options, failWith("invalid_status"))
  .meta({
    description: "Only users in this status.",
  });

/** Holds the number of the last user that was shown. */
export const userCursor = z.string(failWith("invalid_cursor"))
  .regex(new RegExp(`^u[A-Za-z0-9_-]{1,${USER_NO_MAX_LENGTH}}$`), "invalid_cursor")
  .transform((text) => text.slice(1))
  .meta({ description: "`nextCursor` of the page before." });

/** A point in time, or a day of the fleet's time zone. */
export type Moment = { readonly at: number } | { readonly day: Day };

const INSTANT = z.iso.datetime({ offset: true });

function moment(description: string) {
  return z.string(failWith("invalid_moment")).transform((text, context): Moment => {
    if (isDay(text)) return { day: text };
    if (INSTANT.safeParse(text).success) return { at: Date.parse(text) };
    context.addIssue({ code: "custom", message: "invalid_moment" });
    return z.NEVER;
  }).meta({ type: "string", description, example: "2026-03-01" });
}

export const from = moment(
  "The first moment: a day of TIME_ZONE, from its beginning, or an instant (RFC 3339).",
);
export const to = moment(
  "The last moment: a day of TIME_ZONE, with all of it, or an instant (RFC 3339), without it.",
);

export const entryTypes = z.string(failWith("invalid_type")).transform((text, context) => {
  const types = text.split(",").map((name) => ENTRY_TYPES.find((type) => type === name.trim()));
  const found = types.filter((type): type is EntryType => type !== undefined);
  if (found.length === types.length) return found;
  context.addIssue({ code: "custom", message: "invalid_type" });
  return z.NEVER;
}).meta({
  type: "string",
  description: "Only entries of these types, several with commas.",
  example: "payment,refund",
});

/** Longer than any cursor or id. */
const FLEET_CURSOR = /^[\w-]{1,400}$/;
export const fleetCursor = z.string(failWith("invalid_cursor")).regex(
  FLEET_CURSOR,
  "invalid_cursor",
)
  .meta({
    description: "`nextCursor` of the page before, or the id of the last entry that arrived.",
  });

export const referenceCursor = z.string(failWith("invalid_cursor"))
  .regex(FLEET_CURSOR, "invalid_cursor")
  .meta({ description: "`nextCursor` of the answer before." });

export const sheetLanguage = z.enum(["tr", "en"], failWith("invalid_language")).meta({
  description:
    "Of a CSV: `tr` separates by semicolons and writes amounts with a comma, for Excel in Turkey.",
});
export const keyName = text(KEY_NAME_MAX_LENGTH).meta({
  description: "Which of the fleet's systems has the key.",
  example: "Kadıköy kasası",
});

/** In a query they are one text, with commas between. */
export const scopes = z.preprocess(
  (given) => typeof given === "string" ? given.split(",") : given,
  z.array(z.enum(SCOPES, "invalid_scopes"), failWith("invalid_scopes")).min(1, "invalid_scopes")
    .max(SCOPES.length, "invalid_scopes"),
).meta({
  type: "array",
  items: { type: "string", enum: [...SCOPES] },
  minItems: 1,
  description: "What the key may do.",
  example: ["read", "pay"],
});

export const expiresAt = z.iso.datetime({ ...failWith("invalid_expires_at"), offset: true })
  .transform((text) => Date.parse(text))
  .meta({
    type: "string",
    format: "date-time",
    description: "From then on the key opens nothing. Without it the key does not expire.",
    example: "2027-01-31T09:30:00Z",
  });

export const keyCursor = z.string(failWith("invalid_cursor"))
  .regex(/^key_[0-9A-Z]{26}$/, "invalid_cursor")
  .meta({
    description: "`nextCursor` of the page before.",
    example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0",
  });

export const auditCursor = z.string(failWith("invalid_cursor")).regex(
  FLEET_CURSOR,
  "invalid_cursor",
)
  .meta({ description: "`nextCursor` of the page before." });

/** Opaque to clients; each store has its own. */
export const eventCursor = z.string(failWith("invalid_cursor"))
  .regex(/^e[\w-]{1,300}$/, "invalid_cursor")
  .transform((text) => Buffer.from(text.slice(1), "base64url").toString())
  .meta({ description: "`nextCursor` of the page before.", example: "eMTIz" });

export const eventStatus = z.enum(EVENT_STATUSES, failWith("invalid_event_status")).meta({
  description: "Only events of which this is so.",
});
