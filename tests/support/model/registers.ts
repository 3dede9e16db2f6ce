import { assert } from "@std/assert";
import type { Attempt } from "./attempt.ts";
import type { Observed } from "./history.ts";
import type { Moment } from "./sightings.ts";

/** What is kept of a person and written over: no entry of the journal says what it was. */
export type Register = "email" | "authCode";

interface Write {
  readonly value: string;
  readonly sent: Moment;
  readonly answered: Moment;
  /** Whether it surely happened; if not, it may have. */
  readonly isSure: boolean;
}

/** What a read between two moments may have found: the last that was written, by some order of the writes. */
export function valuesOf(
  observed: Observed,
  register: Register,
  { sent, answered }: Pick<Attempt, "sent" | "answered">,
): ReadonlySet<string> {
  const writes = writesOf(observed, register);
  const isOverwritten = (write: Write) =>
    writes.some((other) => other.isSure && other.sent > write.answered && other.answered < sent);
  const possible = writes.filter((write) => write.sent <= answered && !isOverwritten(write));
  return new Set(possible.map(({ value }) => value));
}

function writesOf({ attempts, entries, sightings }: Observed, register: Register): Write[] {
  const [opened] = entries;
  assert(opened, "nobody is there");
  const { began, ended } = sightings.of(opened);
  const first = { value: firstValue(register, attempts), isSure: true };
  const changes = attempts.flatMap(({ asked, sent, answered, answer: { status, body } }) => {
    const value = asked.kind === "change_profile" && register === "email"
      ? asked.email
      : asked.kind === "change_auth_code" && register === "authCode"
      ? asked.authCode
      : undefined;
    const mayHaveHappened = status === 200 || body?.code === "outcome_unknown";
    if (value === undefined || !mayHaveHappened) return [];
    return [{ value, sent, answered, isSure: status === 200 }];
  });
  return [{ ...first, sent: began, answered: ended }, ...changes];
}

/** As support/kese.ts creates users. */
function firstValue(register: Register, [attempt]: readonly Attempt[]): string {
  return register === "email" ? "john.doe@example.com" : `secret-${attempt?.userNo}`;
}
