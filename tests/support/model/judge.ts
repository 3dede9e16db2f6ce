import { assert, assertEquals } from "@std/assert";
import { type CommandAttempt, isCommand } from "./attempt.ts";
import { type Appended, expectedAnswer, readBody } from "./expected_answer.ts";
import { closes, type History, repeatKey, say, spanOf, verdictsOn } from "./history.ts";
import { judgeQuestion } from "./judge_question.ts";
import type { Entry } from "./wallet.ts";

/** Checks every answer against the history: it must have been right at some moment of its request. */
export function judgeAnswers(history: History): void {
  const textsByEntry = new Map<string, string>();
  for (const attempt of history.attempts) {
    try {
      if (isCommand(attempt)) judgeCommand(history, { attempt, textsByEntry });
      else judgeQuestion(history, attempt);
    } catch (cause) {
      const { asked, key, answer: { status, text } } = attempt;
      const what = `${attempt.requestId} ${key ?? "without a key"} ${JSON.stringify(asked)}`;
      throw new Error(`${what} was answered ${status} ${text}`, { cause });
    }
  }
}

interface Judging {
  readonly attempt: CommandAttempt;
  /** The answer that each entry had so far; it must never have another. */
  readonly textsByEntry: Map<string, string>;
}

function judgeCommand(history: History, judging: Judging): void {
  const { attempt } = judging;
  const { asked, answer: { status, body, headers } } = attempt;
  const own = history.ownEntries.get(attempt.requestId);
  const isReplay = headers.get("idempotent-replayed") === "true";
  if (status >= 500) return judgeUnclear(attempt, own);
  if (status >= 300 && body.code !== "card_declined") {
    assert(own === undefined, `a refusal, and yet it appended ${own?.id}`);
    return judgeRefusal(history, attempt);
  }
  if (isReplay) {
    assert(own === undefined, `a replay, and yet it appended ${own?.id}`);
    const entry = attempt.key && history.entriesByKey.get(repeatKey(attempt));
    assert(entry, "a replay of nothing");
    return judgeSuccess(history, { ...judging, entry });
  }
  if (own) return judgeSuccess(history, { ...judging, entry: own });
  assert(asked.kind === "select_card", "a success without an entry");
  judgeUnchanged(history, attempt);
}

/** `busy` promises that nothing happened; `outcome_unknown` promises nothing. */
function judgeUnclear({ answer: { body } }: CommandAttempt, own: Entry | undefined): void {
  if (body.code === "busy") return assertEquals(own, undefined, "busy, and yet it happened");
  assertEquals(body.code, "outcome_unknown");
}

function judgeRefusal(history: History, attempt: CommandAttempt): void {
  const { body } = attempt.answer;
  const verdicts = verdictsOn(history, attempt);
  const isRight = verdicts.some((verdict) =>
    verdict.kind === "refused" && verdict.code === body.code &&
    Object.entries(verdict.facts).every(([name, value]) => body[name] === value)
  );
  assert(isRight, `refused, while the model says ${[...new Set(verdicts.map(say))].join(" or ")}`);
}

function judgeUnchanged(history: History, attempt: CommandAttempt): void {
  const verdicts = verdictsOn(history, attempt);
  assert(
    verdicts.some(({ kind }) => kind === "unchanged"),
    `unchanged, while the model says ${[...new Set(verdicts.map(say))].join(" or ")}`,
  );
  const { cardId, selected } = attempt.answer.body.card;
  assertEquals({ kind: "select_card", cardId }, attempt.asked);
  assertEquals(selected, true);
}

function judgeSuccess(
  history: History,
  { attempt, textsByEntry, entry }: Judging & { readonly entry: Entry },
): void {
  const { from, to } = spanOf(history, attempt);
  const { requestId, answer } = attempt;
  assert(entry.seq <= to, `${entry.id} was not there yet`);
  assert(
    entry.requestId !== requestId || entry.seq > from,
    `${entry.id} stands before what was there already`,
  );
  const closing = history.entries.find((other) => closes(other) && other.topUpId === entry.id);
  const isPending = answer.status === 202;
  if (closing && isPending) assert(closing.seq > from, `${closing.id} was there before`);
  if (closing && !isPending) assert(closing.seq <= to, `${closing.id} was not there yet`);
  const { status, facts } = expectedAnswer(
    appendedBy(history, entry),
    isPending || closing === undefined ? undefined : appendedBy(history, closing),
  );
  assertEquals(answer.status, status);
  const body = readBody(answer.body);
  for (const [name, fact] of Object.entries(facts)) assertEquals(body[name], fact, name);
  if (isPending) return;
  assertEquals(
    answer.text,
    textsByEntry.get(entry.id) ?? answer.text,
    "another answer than before",
  );
  textsByEntry.set(entry.id, answer.text);
}

function appendedBy({ wallets }: History, entry: Entry): Appended {
  const after = wallets[entry.seq];
  assert(after, `${entry.id} left no wallet`);
  return { entry, after };
}
