import { z } from "zod";
import { dayOf, spanOfDay } from "../domain/days.ts";
import { readReferences, type ReferencePage } from "../domain/workflows/gateway_references.ts";
import { dayEndAnswer } from "./contract/day_end_answers.ts";
import { day, referenceCursor } from "./contract/fleet_fields.ts";
import { toDayEnd } from "./contract/present_day_end.ts";
import { listErrors } from "./contract/problems.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineFleetEndpoint, type Endpoint } from "./http/endpoint.ts";

/** First pages of final days that are kept in memory: reading one looks through the entries of its day. */
const PAGES_KEPT = 100;

/** What the fleet's accountant closes a day with. */
export function createDayEndRoutes(
  { fleet, journal, dayEnds, settings: { timeZone } }: Dependencies,
): readonly Endpoint[] {
  const firstPages = new Map<string, ReferencePage>();

  async function readPage(
    filo: string,
    { gun, after, isFinal }: {
      readonly gun: string;
      readonly after: string | undefined;
      readonly isFinal: boolean;
    },
  ): Promise<ReferencePage> {
    const name = scopeOf(filo, gun);
    const known = after === undefined ? firstPages.get(name) : undefined;
    if (known) return known;
    const ports = { fleetJournal: fleet.journal, journal };
    const span = spanOfDay(gun, timeZone);
    const page = await readReferences(ports, filo, { span, ...(after !== undefined && { after }) });
    if (isFinal && after === undefined) {
      const [oldest] = firstPages.keys();
      if (firstPages.size >= PAGES_KEPT && oldest !== undefined) firstPages.delete(oldest);
      firstPages.set(name, page);
    }
    return page;
  }

  return [
    defineFleetEndpoint({
      method: "get",
      path: "/filo/gun-sonu",
      operation: "get_day_end",
      scope: "read",
      tag: "fleet",
      summary:
        "Shows what a fleet's users had before a day, what moved, and what they had after it",
      parameters: z.object({ gun: day, cursor: referenceCursor.optional() }),
      answers: { 200: dayEndAnswer },
      problems: ["validation_failed"],
    }, async ({ filo, at, parameters: { gun, cursor } }) => {
      if (gun > dayOf(at, timeZone)) {
        return listErrors("validation_failed", [{ field: "gun", code: "future_day" }]);
      }
      const scope = scopeOf(filo, gun);
      const after = cursor === undefined ? undefined : fleet.cursors.open(scope, cursor);
      if (cursor !== undefined && after === undefined) {
        return listErrors("validation_failed", [{ field: "cursor", code: "invalid_cursor" }]);
      }
      const { end, isFinal } = await dayEnds.of(filo, gun);
      const page = await readPage(filo, { gun, after, isFinal });
      const open = await fleet.dayEnds.open(filo, at);
      const nextCursor = page.next === undefined ? null : fleet.cursors.seal(scope, page.next);
      const shown = { end, isFinal, timeZone, references: page.references, open, nextCursor };
      return { status: 200, message: "day_end_found", body: toDayEnd(shown) };
    }),
  ];
}

/** A cursor is of one day of one fleet. */
function scopeOf(filo: string, gun: string): string {
  return `${filo}/gun-sonu/${gun}`;
}
