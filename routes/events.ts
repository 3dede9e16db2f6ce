import { z } from "zod";
import { PAGE_DEFAULT } from "../domain/limits.ts";
import { eventAgainAnswer, eventListAnswer } from "./contract/fleet_answers.ts";
import { eventId, limit } from "./contract/fields.ts";
import { eventCursor, eventStatus } from "./contract/fleet_fields.ts";
import { toEventCursor, toEventState } from "./contract/present_event.ts";
import { problem } from "./contract/problems.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineFleetEndpoint, type Endpoint } from "./http/endpoint.ts";

/** What became of the events that were sent to a fleet's own system. */
export function createEventRoutes({ events }: Pick<Dependencies, "events">): readonly Endpoint[] {
  return [
    defineFleetEndpoint({
      method: "get",
      path: "/filo/olaylar",
      operation: "list_events",
      scope: "admin",
      tag: "fleet",
      summary: "Lists the fleet's events and what became of their delivery, newest first",
      parameters: z.object({
        status: eventStatus.optional(),
        limit: limit.optional(),
        cursor: eventCursor.optional(),
      }),
      answers: { 200: eventListAnswer },
      problems: [],
    }, async ({ filo, parameters: { status, limit = PAGE_DEFAULT, cursor } }) => {
      const page = await events.list(filo, {
        limit,
        ...(status && { status }),
        ...(cursor !== undefined && { cursor }),
      });
      const nextCursor = page.nextCursor === undefined ? null : toEventCursor(page.nextCursor);
      return {
        status: 200,
        message: "events_listed",
        body: { data: page.events.map(toEventState), nextCursor },
      };
    }),
    defineFleetEndpoint({
      method: "post",
      path: "/filo/olaylar/{id}/yeniden",
      operation: "repeat_event",
      scope: "admin",
      tag: "fleet",
      summary: "Sends an event once more, delivered or not, and begins again after a 410",
      parameters: z.object({ id: eventId }),
      answers: { 202: eventAgainAnswer },
      problems: ["event_not_found"],
    }, async ({ filo, parameters: { id } }) => {
      const state = await events.again(filo, id);
      if (state === undefined) return problem("event_not_found");
      return { status: 202, message: "event_repeated", body: { event: toEventState(state) } };
    }),
  ];
}
