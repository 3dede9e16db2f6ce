import { maskCardNumbers } from "../../domain/card_number_search.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log, LogFacts } from "../../domain/ports/log.ts";

/** How long the end waits for a reader of the log to take its last lines. */
export const LAST_LINE_MILLISECONDS = 200;

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Takes one line; must neither block nor throw. */
  readonly write: (line: string) => void;
}

/** One JSON object a line. Every text in it passes the mask for card numbers. */
export function createLog({ level, clock, write }: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(level);
  const at = (lineLevel: LogLevel) => (event: string, facts: LogFacts = {}): void => {
    if (LOG_LEVELS.indexOf(lineLevel) < least) return;
    const { error, ...others } = facts;
    const line = { at: new Date(clock.now()).toISOString(), level: lineLevel, event, ...others };
    const whole = error === undefined ? line : { ...line, error: describeError(error) };
    write(JSON.stringify(whole, (_name, value) => masked(value)));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Texts, numbers and the names of members; what is masked becomes a text, so the line stays JSON. */
function masked(value: unknown): unknown {
  if (typeof value === "object" && value !== null && !Array.isArray(value)) {
    const members = Object.entries(value).map(([name, member]) => [maskCardNumbers(name), member]);
    return Object.fromEntries(members);
  }
  if (typeof value !== "string" && typeof value !== "number") return value;
  const text = String(value);
  const shown = maskCardNumbers(text);
  return shown === text ? value : shown;
}

function describeError(error: unknown): string {
  return error instanceof Error ? error.stack ?? `${error.name}: ${error.message}` : String(error);
}

const PENDING_BYTES_MAX = 1 << 20;

export interface LineWriter {
  readonly write: LogOptions["write"];
  /** Ends when the stream has taken every line so far. */
  written(): Promise<void>;
}

/**
 * Writes lines to a stream without ever waiting for its reader: while one write is on its way the
 * next ones gather, up to a bound, and what is past it is dropped. A server whose output nobody
 * reads must go on serving.
 */
export function createLineWriter(
  stream: { write(bytes: Uint8Array): Promise<number> },
): LineWriter {
  const encoder = new TextEncoder();
  let pending = "";
  let writing = false;
  let draining = Promise.resolve();
  const drain = async (): Promise<void> => {
    writing = true;
    while (pending !== "") {
      let bytes = encoder.encode(pending);
      pending = "";
      while (bytes.length > 0) bytes = bytes.subarray(await stream.write(bytes));
    }
    writing = false;
  };
  return {
    write: (line) => {
      if (pending.length > PENDING_BYTES_MAX) return;
      pending += `${line}\n`;
      // A closed stream ends the log, not the server.
      if (!writing) draining = drain().catch(() => {});
    },
    written: () => draining,
  };
}
