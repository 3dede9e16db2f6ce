import { assert, assertEquals } from "@std/assert";
import { type Attempt, type CommandAttempt, isCommand } from "./attempt.ts";
import { type Appended, expectedAnswer, readBody } from "./expected_answer.ts";
import {
  followersOf,
  type History,
  repeatKey,
  say,
  type Span,
  spanOf,
  verdictsOn,
  withoutTexts,
} from "./history.ts";
import { judgeReturn } from "./judge_return.ts";
import { judgeQuestion } from "./judge_question.ts";
import type { Entry } from "./wallet.ts";

/** Checks every answer against the history: it must have been right at some moment of its request. */
export function judgeAnswers(history: History): void {
  const textsByEntry = new Map<string, string>();
  for (const attempt of history.attempts) {
    try {
      if (isCommand(attempt)) judgeCommand(history, { attempt, textsByEntry });
      else if (attempt.asked.kind === "return_from_bank") judgeReturn(history, attempt);
      else judgeQuestion(history, attempt);
    } catch (cause) {
      const { asked, key, answer: { status, text } } = attempt;
      const what = `${attempt.requestId} ${key ?? "without a key"} ${JSON.stringify(asked)}`;
      throw new Error(`${what} was answered ${status} ${text}`, { cause });
    }
  }
}

/** Answers to commands that took effect, though not as their client wished. */
const ENDED_BADLY: readonly string[] = ["card_declined", "card_refund_refused"];

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
  if (status >= 300 && !ENDED_BADLY.includes(body.code)) {
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
  assert(LEAVES_NO_ENTRY.includes(asked.kind), "a success without an entry");
  judgeUnchanged(history, attempt);
}

/** What changes nothing that the journal knows; an account may also have been erased already. */
const LEAVES_NO_ENTRY: readonly Attempt["asked"]["kind"][] = [
  ...["select_card", "change_profile", "change_auth_code", "erase"] as const,
];

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
  if (attempt.asked.kind === "change_profile") {
    return assertEquals(attempt.answer.body.email, attempt.asked.email);
  }
  if (attempt.asked.kind !== "select_card") return;
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
  const newest = newestFollower(history, { entry, attempt, span: { from, to } });
  const { status, facts } = expectedAnswer(
    appendedBy(history, entry),
    newest && appendedBy(history, newest),
  );
  assertEquals(answer.status, status);
  const body = readBody(answer.body);
  const areTextsErased = mayLackTexts(history, attempt);
  const expected = areTextsErased ? withoutTexts(facts) : facts;
  for (const [name, fact] of Object.entries(expected)) assertEquals(body[name], fact, name);
  if (answer.status === 202 || areTextsErased) return;
  assertEquals(
    answer.text,
    textsByEntry.get(entry.id) ?? answer.text,
    "another answer than before",
  );
  textsByEntry.set(entry.id, answer.text);
}

/** The entry that followed and that the answer knows of: it was there, and a newer one need not have been. */
function newestFollower(
  history: History,
  { entry, attempt: { answer }, span: { from, to } }: {
    readonly entry: Entry;
    readonly attempt: CommandAttempt;
    readonly span: Span;
  },
): Entry | undefined {
  const followers = followersOf(history, entry);
  const known = answer.status !== 202
    ? followers.at(-1)
    : answer.body.status === "requires_action"
    ? followers.find(({ type }) => type === "top_up_action_required")
    : undefined;
  if (known) assert(known.seq <= to, `${known.id} was not there yet`);
  const next = followers[known ? followers.indexOf(known) + 1 : 0];
  if (next) assert(next.seq > from, `${next.id} was there before`);
  return known;
}

/** Whether the account was erased by the time of an answer. */
function mayLackTexts(history: History, attempt: CommandAttempt): boolean {
  const erased = history.entries.find(({ type }) => type === "account_erased");
  return erased !== undefined && erased.seq <= spanOf(history, attempt).to;
}

function appendedBy({ wallets }: History, entry: Entry): Appended {
  const after = wallets[entry.seq];
  assert(after, `${entry.id} left no wallet`);
  return { entry, after };
}
