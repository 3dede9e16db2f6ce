import { Buffer } from "node:buffer";
import type { EventState } from "../../domain/ports/event_outbox.ts";
import type { EventStateAnswer } from "./fleet_answers.ts";
import { toInstant } from "./instant.ts";

/** An event, and what became of its delivery. */
export function toEventState(state: EventState): EventStateAnswer {
  const { account: { userNo }, entry: { id, type, seq, at } } = state;
  const { status, attempts, lastStatus = null, nextAt } = state;
  const nextAttemptAt = nextAt === undefined ? null : toInstant(nextAt);
  const createdAt = toInstant(at);
  return { id, type, userNo, seq, createdAt, status, attempts, lastStatus, nextAttemptAt };
}

export function toEventCursor(cursor: string): string {
  return `e${Buffer.from(cursor).toString("base64url")}`;
}
