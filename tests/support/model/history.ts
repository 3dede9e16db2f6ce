import { assert, assertEquals } from "@std/assert";
import { type Attempt, type CommandAttempt, isCommand } from "./attempt.ts";
import { decide } from "./decide.ts";
import { endCardRefund } from "./card_refund_rules.ts";
import { expireHold } from "./hold_rules.ts";
import { refusalByFleet, refusalWhileCharging } from "./money_rules.ts";
import type { Moment, Sighting, Sightings } from "./sightings.ts";
import { followTopUp } from "./top_up_rules.ts";
import { type Entry, refused, type Verdict, type Wallet } from "./wallet.ts";

/** All that is known of one user: the journal, oldest first, and every request about them. */
export interface Observed {
  readonly userNo: string;
  readonly entries: readonly Entry[];
  readonly attempts: readonly Attempt[];
  readonly sightings: Sightings;
  /** The latest time that any clock has shown by a moment. */
  readonly latest: (until: Moment) => number;
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
  // With the texts that they had before they were erased.
  const told: Entry[] = [];
  const seen = entries.map((entry) => ({ seq: entry.seq, ...sightings.of(entry) }));
  const isErased = entries.some(({ type }) => type === "account_erased");
  let before: Moment = 0;
  for (const entry of entries) {
    const verdict = verdictOn(entry, wallets.at(-1), { observed, asked, seen });
    assert(verdict.kind === "accepted", `${entry.id} cannot be: the model says ${say(verdict)}`);
    const expected = { ...verdict.entry, requestId: entry.requestId };
    assertEquals(isErased ? withoutTexts(expected) : expected, entry);
    wallets.push(verdict.wallet);
    told.push(expected);
    const cause = asked.get(entry.requestId);
    // Each request is used up by the one entry that it may append.
    if (cause && !follows(entry)) {
      ownEntries.set(cause.requestId, expected);
      if (cause.key) entriesByKey.set(repeatKey(cause), expected);
      asked.delete(entry.requestId);
    }
    const { began, ended } = sightings.of(entry);
    assert(ended >= before, `${entry.id} was there before the entry that it follows`);
    before = began;
  }
  return { ...observed, entries: told, wallets, ownEntries, entriesByKey, seen };
}

/** Nobody can read any more what clients wrote as they liked. */
export function withoutTexts<Shown extends { readonly orderId?: unknown; readonly note?: unknown }>(
  { orderId: _, note: __, ...shown }: Shown,
): Omit<Shown, "orderId" | "note"> {
  return shown;
}

interface Basis extends Pick<History, "seen"> {
  readonly observed: Observed;
  readonly asked: ReadonlyMap<string, CommandAttempt>;
}

function verdictOn(
  entry: Entry,
  wallet: Wallet | undefined,
  { observed, asked, seen }: Basis,
): Verdict {
  if (entry.by === "kese") {
    assert(wallet, `${entry.id} has no account`);
    if (entry.type === "hold_expired") return expireHold(wallet, entry);
    if (entry.cardRefundId) return endCardRefund(wallet, entry);
    return followTopUp(wallet, entry, evidenceFor(observed, entry));
  }
  const attempt = asked.get(entry.requestId);
  assert(attempt, `nobody asked for ${entry.id}, or it is the second entry of its request`);
  assert(attempt.times.includes(entry.at), `${entry.id} is of a time that its request never saw`);
  const cards = entry.cards ?? [entry.card].flatMap((card) => card ? [card] : []);
  return decide(wallet, attempt.asked, {
    at: entry.at,
    entryId: entry.id,
    cardIds: cards.map(({ cardId }) => cardId),
    ...(entry.topUpId && { topUpId: entry.topUpId }),
    knownSeq: spanOf({ seen }, attempt).from,
    ...(attempt.key && { key: attempt.key }),
  });
}

/** What users had posted, and clocks shown, by the time of a top-up's later entry. */
function evidenceFor({ attempts, sightings, latest }: Observed, entry: Entry) {
  const { ended } = sightings.of(entry);
  const results = attempts.flatMap(({ asked, sent }) =>
    asked.kind === "return_from_bank" && asked.topUpId === entry.topUpId && sent <= ended
      ? [asked.result]
      : []
  );
  return { results: new Set(results), latest: latest(ended) };
}

const FOLLOWING: readonly Entry["type"][] = [
  ...["top_up_action_required", "top_up_credited", "top_up_failed"] as const,
  ...["card_refund_completed", "card_refund_failed"] as const,
];

/** Whether an entry follows another one: it is not the answer to a request of its own. */
export function follows({ type }: Entry): boolean {
  return FOLLOWING.includes(type);
}

/** The entries that followed one, oldest first. */
export function followersOf({ entries }: Observed, { id }: Entry): readonly Entry[] {
  return entries.filter((entry) => follows(entry) && (entry.cardRefundId ?? entry.topUpId) === id);
}

/** The last entry that was surely there when a request came, and the last that can have been when it left. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

export function spanOf({ seen }: Pick<History, "seen">, { sent, answered }: Attempt): Span {
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
  const span = spanOf(history, attempt);
  return walletsIn(history, span).flatMap((wallet) =>
    times.flatMap((at) => {
      const verdict = decide(wallet, asked, { ...circumstances, at });
      // The newest top-up is searched for before it is decided, so one may be overlooked that came since.
      if (wallet && asked.kind === "card_refund") {
        return [verdict, decide(wallet, asked, { ...circumstances, at, knownSeq: span.from })];
      }
      if (wallet?.status === "erased") return [verdict, ...verdictsOnErased(wallet, asked, key)];
      if (wallet === undefined || asked.kind !== "top_up") return [verdict];
      return [verdict, ...refusalWhileCharging(wallet, at), ...refusalByFleet(verdict, at)];
    })
  );
}

/** Once texts are erased, keys of their entries are forgotten, and of the person nothing is found. */
function verdictsOnErased(
  wallet: Wallet,
  asked: CommandAttempt["asked"],
  key: string | undefined,
): readonly Verdict[] {
  const keys = new Map([...wallet.keys].filter(([keyed]) => !wallet.erasableKeys.has(keyed)));
  const circumstances = { at: 0, entryId: "", cardIds: [], ...(key && { key }) };
  const isOfPerson = asked.kind === "change_profile" || asked.kind === "change_auth_code";
  return [
    decide({ ...wallet, keys }, asked, circumstances),
    ...(isOfPerson ? [refused("user_not_found")] : []),
  ];
}

export function say(verdict: Verdict): string {
  if (verdict.kind !== "refused") return verdict.kind;
  return `${verdict.code} ${JSON.stringify(verdict.facts)}`;
}
