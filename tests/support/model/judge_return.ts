import { assert, assertEquals } from "@std/assert";
import type { Attempt } from "./attempt.ts";
import { type History, spanOf } from "./history.ts";
import type { Entry } from "./wallet.ts";

/** How a top-up stood at some moment of a request; none before it was started. */
export type TopUpStatus = "none" | "pending" | "requires_action" | "credited" | "failed";

/** Every status that a top-up can have had while a request was under way. */
export function statusesOf(
  history: History,
  attempt: Attempt,
  topUpId: string,
): ReadonlySet<TopUpStatus> {
  const { from, to } = spanOf(history, attempt);
  const own = history.entries.filter((entry) =>
    entry.topUpId === topUpId && entry.cardRefundId === undefined
  );
  const before = own.findLast(({ seq }) => seq <= from);
  const during = own.filter(({ seq }) => seq > from && seq <= to);
  return new Set([before, ...during].map(statusAfter));
}

function statusAfter(entry: Entry | undefined): TopUpStatus {
  switch (entry?.type) {
    case undefined:
      return "none";
    case "top_up_action_required":
      return "requires_action";
    case "top_up_credited":
      return "credited";
    case "top_up_failed":
      return "failed";
    default:
      return "pending";
  }
}

/** Wherever a browser that came back from the bank was sent, it was told what was true at some moment. */
export function judgeReturn(history: History, attempt: Attempt): void {
  const { asked, answer: { status, headers } } = attempt;
  assert(asked.kind === "return_from_bank");
  // A page that asks the user to reload it.
  if (status === 503) return;
  const statuses = statusesOf(history, attempt, asked.topUpId);
  if (status === 404) {
    const isKnown = !statuses.has("none") && !statuses.has("pending");
    return assert(!isKnown, `not found, and yet it was ${[...statuses].join(" or ")}`);
  }
  assertEquals(status, 303);
  const told = new URL(headers.get("location") ?? "").searchParams;
  assertEquals(told.get("topUpId"), asked.topUpId);
  assert(
    statuses.has(told.get("status") as TopUpStatus),
    `told ${told.get("status")}, the model has ${[...statuses].join(" or ")}`,
  );
}
