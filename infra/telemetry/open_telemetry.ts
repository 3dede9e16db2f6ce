import { type Attributes, metrics, trace } from "@opentelemetry/api";
import type { JournalEntry } from "../../domain/journal.ts";
import type { Observer } from "../../domain/ports/observer.ts";

/** Seconds: a commit on a disk takes about one millisecond, one that waits for an election some seconds. */
const COMMIT_BOUNDS = [
  0.0005,
  0.001,
  0.002,
  0.005,
  0.01,
  0.02,
  0.05,
  0.1,
  0.25,
  0.5,
  1,
  2.5,
  5,
  10,
];
const FOLD_BOUNDS = [1, 2, 4, 8, 16, 32, 64, 128];
const LAG_BOUNDS = [0.1, 0.25, 0.5, 1, 2.5, 5, 10, 60, 600, 3_600, 86_400];

/**
 * Hands to OpenTelemetry what is observed. Deno exports it, and has a span for each request, which is named
 * here by its route. docs/observability.md lists every name.
 */
export function createOpenTelemetryObserver(): Observer {
  const instruments = createInstruments();
  return {
    routed: ({ method, route }) => {
      trace.getActiveSpan()?.updateName(`${method} ${route}`).setAttribute("http.route", route);
    },
    refused: ({ method, route, code, status }) => {
      trace.getActiveSpan()?.setAttribute("kese.code", code);
      instruments.refusals.add(1, {
        "http.request.method": method,
        "http.route": route,
        "http.response.status_code": status,
        "kese.code": code,
      });
    },
    waiting: (change) => instruments.waiting.add(change),
    saved: ({ entries, result, milliseconds }) => {
      instruments.commit.record(milliseconds / 1_000, { "kese.outcome": result });
      if (result !== "saved" && result !== "filed") return;
      instruments.fold.record(entries.length);
      for (const entry of entries) count(entry);
    },
    topUpsOpen: (open) => instruments.openTopUps.record(open),
    eventDelivered: (lag) => instruments.eventLag.record(lag / 1_000),
  };

  function count(entry: JournalEntry): void {
    const counted = toCount(entry);
    if (counted) instruments[counted.of].add(1, counted.attributes);
  }
}

function createInstruments() {
  const meter = metrics.getMeter("kese");
  const counter = (name: string, description: string) =>
    meter.createCounter(`kese.${name}`, { description });
  const histogram = (
    name: string,
    { bounds, ...options }: { unit: string; bounds: number[]; description: string },
  ) =>
    meter.createHistogram(`kese.${name}`, {
      ...options,
      advice: { explicitBucketBoundaries: bounds },
    });
  return {
    payments: counter("payments", "Payments, captures of holds included"),
    refunds: counter("refunds", "Refunds to the balance"),
    holds: counter("holds", "Holds by what became of them"),
    topUps: counter("top_ups", "Top-ups by outcome, reason and gateway"),
    cardRefunds: counter("card_refunds", "Refunds to a card by outcome and gateway"),
    refusals: counter("refusals", "Refusals by route and code"),
    waiting: meter.createUpDownCounter("kese.commands.waiting", {
      description: "Commands that wait for a save of their account",
    }),
    commit: histogram("commit.duration", {
      unit: "s",
      bounds: COMMIT_BOUNDS,
      description: "How long saves take",
    }),
    fold: histogram("fold.size", {
      unit: "{entry}",
      bounds: FOLD_BOUNDS,
      description: "Entries in one save",
    }),
    openTopUps: meter.createGauge("kese.top_ups.open", {
      description: "Top-ups that the last sweep left open",
    }),
    eventLag: histogram("events.lag", {
      unit: "s",
      bounds: LAG_BOUNDS,
      description: "From an entry's commit to the receiver's answer",
    }),
  };
}

interface Count {
  readonly of: "payments" | "refunds" | "holds" | "topUps" | "cardRefunds";
  readonly attributes: Attributes;
}

/** How an entry is counted. It is the one place where something of an entry leaves Kese this way. */
function toCount(entry: JournalEntry): Count | undefined {
  switch (entry.type) {
    case "payment":
      return { of: "payments", attributes: { "kese.captured_hold": entry.holdId !== undefined } };
    case "refund":
      return { of: "refunds", attributes: {} };
    case "hold_placed":
    case "hold_released":
    case "hold_expired":
      return { of: "holds", attributes: outcomeOf(entry) };
    case "top_up_started":
    case "top_up_action_required":
      return { of: "topUps", attributes: outcomeOf(entry) };
    case "top_up_credited":
      return { of: "topUps", attributes: { ...outcomeOf(entry), "kese.gateway": entry.gateway } };
    case "top_up_failed": {
      const { gateway, reason } = entry;
      const attributes = { "kese.gateway": gateway, "kese.reason": reason };
      return { of: "topUps", attributes: { ...outcomeOf(entry), ...attributes } };
    }
    case "card_refund_started":
    case "card_refund_completed":
    case "card_refund_failed":
      return {
        of: "cardRefunds",
        attributes: { ...outcomeOf(entry), "kese.gateway": entry.gateway },
      };
    default:
      return undefined;
  }
}

/** `top_up_credited` as `credited`. */
function outcomeOf({ type }: JournalEntry): Attributes {
  return { "kese.outcome": type.replace(/^(hold|top_up|card_refund)_/, "") };
}
