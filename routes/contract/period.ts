import type { Instant } from "../../domain/account.ts";
import { spanOfDay } from "../../domain/days.ts";
import type { Moment } from "./fleet_fields.ts";
import { listErrors, type Read, refuse } from "./problems.ts";

/** A stretch of time, open where nothing was asked for. */
export interface Period {
  readonly from?: Instant;
  /** The first moment after it. */
  readonly to?: Instant;
}

/** The period from the one moment to the other, with days as the time zone has them, and whole. */
export function toPeriod(
  moments: { readonly from?: Moment | undefined; readonly to?: Moment | undefined },
  timeZone: string,
): Read<Period> {
  const from = toInstant(moments.from, "from", timeZone);
  const to = toInstant(moments.to, "to", timeZone);
  if (from !== undefined && to !== undefined && from >= to) {
    return refuse(listErrors("validation_failed", [{ field: "to", code: "invalid_period" }]));
  }
  return {
    ok: true,
    value: { ...(from !== undefined && { from }), ...(to !== undefined && { to }) },
  };
}

function toInstant(
  moment: Moment | undefined,
  end: "from" | "to",
  timeZone: string,
): Instant | undefined {
  if (moment === undefined || "at" in moment) return moment?.at;
  return spanOfDay(moment.day, timeZone)[end];
}
