import { assert, assertEquals } from "@std/assert";
import { type Attempt, type CommandAttempt, isCommand } from "./attempt.ts";
import { decide } from "./decide.ts";
import { expireHold } from "./hold_rules.ts";
import { closeTopUp, refusalByFleet, refusalWhileCharging } from "./money_rules.ts";
import type { Moment, Sighting, Sightings } from "./sightings.ts";
import type { Entry, Verdict, Wallet } from "./wallet.ts";

/** All that is known of one user: the journal, oldest first, and every request about them. */
export interface Observed {
  readonly userNo: string;
  readonly entries: readonly Entry[];
  readonly attempts: readonly Attempt[];
  readonly sightings: Sightings;
}

/** A journal that the model agrees with, and the states that it went through. */
export interface History extends Observed {
  /** By seq: the wallet after that entry; none before the first. */
  readonly wallets: readonly (Wallet | undefined)[];
  /** By request id, the entry that a command appended. */
  readonly ownEntries: ReadonlyMap<string, Entry>;
  /** The same by key and command, where there was a key. */
  readonly entriesByKey: ReadonlyMap<string, Entry>;
  readonly seen: readonly SeenEntry[];
}

interface SeenEntry extends Sighting {
  readonly seq: number;
}

/** What a repeated request shares with the first. */
export function repeatKey({ key, asked }: CommandAttempt): string {
  return JSON.stringify([key, asked]);
}

/** Decides the commands of a journal again, in its order: each must give the entry that is there. */
export function replayJournal(observed: Observed): History {
  const { attempts, entries, sightings } = observed;
  const asked = new Map(attempts.filter(isCommand).map((attempt) => [attempt.requestId, attempt]));
  const ownEntries = new Map<string, Entry>();
  const entriesByKey = new Map<string, Entry>();
  const wallets: (Wallet | undefined)[] = [undefined];
  let before: Moment = 0;
  for (const entry of entries) {
    const verdict = verdictOn(entry, wallets.at(-1), asked);
    assert(verdict.kind === "accepted", `${entry.id} cannot be: the model says ${say(verdict)}`);
    assertEquals({ ...verdict.entry, requestId: entry.requestId }, entry);
    wallets.push(verdict.wallet);
    const cause = asked.get(entry.requestId);
    // Each request is used up by the one entry that it may append.
    if (cause && !closes(entry)) {
      ownEntries.set(cause.requestId, entry);
      if (cause.key) entriesByKey.set(repeatKey(cause), entry);
      asked.delete(entry.requestId);
    }
    const { began, ended } = sightings.of(entry);
    assert(ended >= before, `${entry.id} was there before the entry that it follows`);
    before = began;
  }
  const seen = entries.map((entry) => ({ seq: entry.seq, ...sightings.of(entry) }));
  return { ...observed, wallets, ownEntries, entriesByKey, seen };
}

function verdictOn(
  entry: Entry,
  wallet: Wallet | undefined,
  asked: ReadonlyMap<string, CommandAttempt>,
): Verdict {
  if (closes(entry)) {
    assert(wallet, `${entry.id} has no account`);
    return closeTopUp(wallet, entry.topUpId ?? "", entry);
  }
  if (entry.type === "hold_expired") {
    assert(wallet, `${entry.id} has no account`);
    return expireHold(wallet, entry);
  }
  const attempt = asked.get(entry.requestId);
  assert(attempt, `nobody asked for ${entry.id}, or it is the second entry of its request`);
  assert(attempt.times.includes(entry.at), `${entry.id} is of a time that its request never saw`);
  const cards = entry.cards ?? [entry.card].flatMap((card) => card ? [card] : []);
  return decide(wallet, attempt.asked, {
    at: entry.at,
    entryId: entry.id,
    cardIds: cards.map(({ cardId }) => cardId),
    ...(attempt.key && { key: attempt.key }),
  });
}

/** Whether an entry ends a top-up: such an entry is not the answer to a request of its own. */
export function closes({ type }: Entry): boolean {
  return type === "top_up_credited" || type === "top_up_failed";
}

/** The last entry that was surely there when a request came, and the last that can have been when it left. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export function spanOf({ seen }: History, { sent, answered }: Attempt): Span {
  const from = seen.findLast(({ ended }) => ended <= sent)?.seq ?? 0;
  const to = seen.findLast(({ began }) => began <= answered)?.seq ?? 0;
  return { from, to };
}

/** The wallets that a request can have met. */
export function walletsIn({ wallets }: History, { from, to }: Span): (Wallet | undefined)[] {
  return wallets.slice(from, to + 1);
}

/** What the model says to a command on every wallet, and at every time, that it can have met. */
export function verdictsOn(history: History, attempt: CommandAttempt): Verdict[] {
  const { asked, key, times } = attempt;
  const circumstances = { entryId: "", cardIds: [], ...(key && { key }) };
  return walletsIn(history, spanOf(history, attempt)).flatMap((wallet) =>
    times.flatMap((at) => {
      const verdict = decide(wallet, asked, { ...circumstances, at });
      if (wallet === undefined || asked.kind !== "top_up") return [verdict];
      return [verdict, ...refusalWhileCharging(wallet, at), ...refusalByFleet(verdict, at)];
    })
  );
}

export function say(verdict: Verdict): string {
  if (verdict.kind !== "refused") return verdict.kind;
  return `${verdict.code} ${JSON.stringify(verdict.facts)}`;
}
