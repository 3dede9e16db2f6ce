import { z } from "zod";
import { EVENT_STATUSES } from "../../domain/ports/event_outbox.ts";
import { entryType, instant, maybeInstant, message, scope } from "./answer_parts.ts";

const eventState = z.object({
  id: z.string().meta({ description: "The entry's id, and the event's `webhook-id`." }),
  type: entryType,
  userNo: z.string(),
  seq: z.int().min(1).meta({ description: "The entry's number in its account." }),
  createdAt: instant,
  status: z.enum(EVENT_STATUSES),
  attempts: z.int().min(0).meta({
    description: "How often it was sent since it was last asked for.",
  }),
  lastStatus: z.int().nullable().meta({
    description:
      "The HTTP status of the last answer; null if there was none, or it was the first try.",
  }),
  nextAttemptAt: maybeInstant.meta({ description: "When a pending event is sent again." }),
}).meta({ id: "EventState" });

export const eventListAnswer = z.object({
  message,
  data: z.array(eventState),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short and not the last.",
  }),
}).meta({ id: "EventList" });

export const eventAgainAnswer = z.object({ message, event: eventState })
  .meta({ id: "RepeatedEvent" });

const namedKey = z.object({
  keyId: z.string().meta({ example: "key_01JABCDEFGHJKMNPQRSTVWXYZ0" }),
  name: z.string(),
  scopes: z.array(scope),
  createdAt: instant,
  expiresAt: maybeInstant,
  lastUsedAt: maybeInstant.meta({ description: "To the minute." }),
}).meta({ id: "NamedKey" });

export const newNamedKeyAnswer = namedKey.omit({ lastUsedAt: true }).extend({
  message,
  key: z.string().meta({ description: "Shown this once; only its hash is kept.", example: "kk_…" }),
}).meta({ id: "NewNamedKey" });

export const namedKeyListAnswer = z.object({
  message,
  data: z.array(namedKey),
  nextCursor: z.string().nullable().meta({ description: "Null on the last page." }),
}).meta({ id: "NamedKeyList" });

export const revokedKeyAnswer = namedKey.extend({ message, revokedAt: instant })
  .meta({ id: "RevokedKey" });

export const auditListAnswer = z.object({
  message,
  data: z.array(
    z.object({
      createdAt: instant.meta({ description: "When the request came." }),
      requestId: z.string(),
      who: z.enum(["fleet", "session", "anonymous"]),
      key: z.string().optional().meta({ description: "keyId of the named key that it came with." }),
      userNo: z.string().nullable(),
      operation: z.string().meta({ example: "pay" }),
      status: z.int().min(100).max(599),
      code: z.string().nullable().meta({ description: "Of its problem; null if it succeeded." }),
      fields: z.array(z.string()).optional().meta({
        description: "Names of the personal data that were changed.",
      }),
      peer: z.string().optional().meta({ description: "Address of a caller whom nobody knows." }),
    }).meta({ id: "AuditRecord" }),
  ),
  nextCursor: z.string().nullable().meta({
    description: "Null on the last page. A page may be short, or empty, and not the last.",
  }),
}).meta({ id: "AuditList" });

export type AuditListBody = Omit<z.output<typeof auditListAnswer>, "message">;
export type NamedKeyBody = z.output<typeof namedKey>;
export type EventStateAnswer = z.output<typeof eventState>;
