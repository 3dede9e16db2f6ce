import { maskCardNumbers } from "../../domain/card_number_search.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log, LogFacts } from "../../domain/ports/log.ts";

/** How long a shutdown waits until the last lines of the log are written. */
export const LAST_LINE_MILLISECONDS = 200;

export const LOG_LEVELS = ["debug", "info", "warn", "error"] as const;
export type LogLevel = typeof LOG_LEVELS[number];

export interface LogOptions {
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Writes one line; must neither block nor throw. */
  readonly write: (line: string) => void;
}

/** A text of Kese's own that is shown as it is: the digits that begin a commit's hash may pass for a card number. */
export class OwnText {
  constructor(readonly text: string) {}
}

/** Creates a log of one JSON object per line, in which every card number is masked. */
export function createLog({ level, clock, write }: LogOptions): Log {
  const least = LOG_LEVELS.indexOf(level);
  const at = (lineLevel: LogLevel) => (event: string, facts: LogFacts = {}): void => {
    if (LOG_LEVELS.indexOf(lineLevel) < least) return;
    const { error, ...others } = facts;
    const line = { at: new Date(clock.now()).toISOString(), level: lineLevel, event, ...others };
    const whole = error === undefined ? line : { ...line, error: describeError(error) };
    write(JSON.stringify(whole, (_name, value) => maskValue(value)));
  };
  return { debug: at("debug"), info: at("info"), warn: at("warn"), error: at("error") };
}

/** Masks texts, numbers and the names of members. A masked number becomes a text, so the line stays JSON. */
function maskValue(value: unknown): unknown {
  if (value instanceof OwnText) return value.text;
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
  /** Resolves when every line so far is written. */
  written(): Promise<void>;
}

/**
 * Writes lines to a stream without waiting for its reader: lines that come during a write are
 * buffered, and beyond a limit they are dropped. A server whose output nobody reads must keep serving.
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
      // A closed stream must end only the log, not the server.
      if (!writing) draining = drain().catch(() => {});
    },
    written: () => draining,
  };
}
