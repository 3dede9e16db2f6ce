import type { OpenAPIHono } from "@hono/zod-openapi";
import { z } from "zod";
import type { EntryType } from "../../domain/journal.ts";
import { ENTRY_TYPES } from "../../domain/entry_traits.ts";
import { referToComponent } from "./components.ts";
import { entryType } from "../contract/answer_parts.ts";
import { entryAnswer } from "../contract/entry_answers.ts";

/** The body of an event: an entry as the journal lists it, and whose it is. */
const EVENT_BODY = z.object({
  type: entryType,
  timestamp: z.iso.datetime().meta({ description: "When it happened." }),
  data: entryAnswer.extend({ filo: z.string(), userNo: z.string() }).meta({ id: "EventData" }),
}).meta({ id: "Event" });

/** What happened, by the type of the entry. */
const HAPPENED: Readonly<Record<EntryType, string>> = {
  account_opened: "An account was opened",
  account_frozen: "An account was frozen",
  account_unfrozen: "An account was unfrozen",
  account_closed: "An account was closed",
  account_erased: "The personal data of a closed account were erased",
  card_saved: "A card was saved",
  card_selected: "A card was selected",
  card_removed: "A card was removed",
  payment: "A payment was made",
  refund: "A payment was refunded",
  hold_placed: "A hold was placed",
  hold_released: "A hold was released",
  hold_expired: "A hold expired",
  adjustment: "The balance was adjusted",
  top_up_started: "A top-up was started",
  top_up_action_required: "The bank wants to see the user before it pays a top-up",
  top_up_credited: "A top-up was credited",
  top_up_failed: "A top-up failed",
  card_refund_started: "Money was sent back to a card",
  card_refund_completed: "A card got its money back",
  card_refund_failed: "A card did not get its money back, and the balance has it again",
};

function header(name: string, description: string) {
  return {
    name,
    in: "header" as const,
    required: true,
    description,
    schema: { type: "string" as const },
  };
}

const HEADERS = [
  header("webhook-id", "The entry's id, the same at each repeat."),
  header("webhook-timestamp", "When this attempt was made, in seconds since 1970."),
  header(
    "webhook-signature",
    "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body` (Standard Webhooks); several with blanks.",
  ),
];

/** What becomes of the events when the fleet's own system does not take one. */
export const EVENT_RESPONSES = {
  events_stop: { description: "No further event is wanted: the fleet's events stop." },
  event_is_repeated: {
    description: "The event is sent again, with growing pauses, for three days.",
  },
};

type Webhook = Parameters<OpenAPIHono["openAPIRegistry"]["registerWebhook"]>[0];

/** Every event as OpenAPI lists webhooks: the fleet's own system is asked, and answers. */
export function listWebhooks(): readonly Webhook[] {
  return ENTRY_TYPES.map((type) => ({
    method: "post" as const,
    path: type,
    operationId: `on_${type}`,
    tags: ["fleet"],
    summary: HAPPENED[type],
    security: [],
    parameters: HEADERS,
    request: { body: { required: true, content: { "application/json": { schema: EVENT_BODY } } } },
    responses: {
      "2XX": { description: "The event was received." },
      410: referToComponent("responses", "events_stop"),
      default: referToComponent("responses", "event_is_repeated"),
    },
  }));
}
