/**
 * Whole lives of accounts: an opening and up to eighty commands, some of which repeat an earlier one
 * under its key.
 *
 * @module
 */

import { assert } from "@std/assert";
import fc from "fast-check";
import { decideErasing } from "../../domain/erasing.ts";
import { decideClosing, decideFreezing, decideUnfreezing } from "../../domain/account_status.ts";
import { openAccount } from "../../domain/account_opening.ts";
import { decideAdjustment } from "../../domain/adjustment.ts";
import {
  decideCardRefund,
  decideCardRefundCompletion,
  decideCardRefundFailure,
} from "../../domain/card_refund.ts";
import { decideCardRegistration } from "../../domain/card_registration.ts";
import { decideCardRemoval } from "../../domain/card_removal.ts";
import { decideCardSelection } from "../../domain/card_selection.ts";
import type { Accepted } from "../../domain/decision.ts";
import type { WaitingCommand } from "../../domain/fold.ts";
import {
  decideHold,
  decideHoldCapture,
  decideHoldExpiry,
  decideHoldRelease,
} from "../../domain/hold.ts";
import {
  actionEntryId,
  cardRefundEndId,
  closingEntryId,
  holdEndIds,
} from "../../domain/derived_ids.ts";
import type { EntryOf } from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { decideRefund } from "../../domain/refund.ts";
import {
  decideTopUp,
  decideTopUpAction,
  decideTopUpCredit,
  decideTopUpFailure,
} from "../../domain/top_up.ts";
import { sha256 } from "../../infra/crypto/digests.ts";
import { ACCOUNT_ID, cardNumber, COMMAND, testCard } from "./account.ts";
import { DAY, HOUR, MINUTE, NOW } from "./clock.ts";

type Action =
  | { readonly kind: "payment"; readonly amount: number }
  | { readonly kind: "refund"; readonly of: number | null; readonly amount: number | null }
  | { readonly kind: "top_up"; readonly amount: number; readonly card: number | null }
  | { readonly kind: "credit"; readonly topUp: number }
  | { readonly kind: "failure"; readonly topUp: number }
  | { readonly kind: "bank_waits"; readonly topUp: number }
  | { readonly kind: "card_refund"; readonly topUp: number; readonly amount: number | null }
  | { readonly kind: "given_back" | "refused"; readonly cardRefund: number }
  | { readonly kind: "hold"; readonly amount: number; readonly minutes: number }
  | { readonly kind: "capture"; readonly hold: number; readonly amount: number | null }
  | { readonly kind: "release" | "expiry"; readonly hold: number }
  | { readonly kind: "adjustment"; readonly direction: "credit" | "debit"; readonly amount: number }
  | { readonly kind: "freezing" | "unfreezing" | "closing" | "erasing" }
  | { readonly kind: "saving" | "selection" | "removal"; readonly card: number };

interface Step {
  readonly action: Action;
  /** The place of the step whose action and key this one repeats, if there is one. */
  readonly repeats: number | null;
  /** A key that steps may share by mistake. */
  readonly sharedKey: number | null;
  readonly pause: number;
}

export interface History {
  readonly balance: number;
  readonly unverifiedCards: number;
  readonly steps: readonly Step[];
}

export const STEPS = 80;
const CARDS = 24;
const small = fc.integer({ min: 0, max: 7 });
const card = fc.integer({ min: 0, max: CARDS - 1 });
const amount = fc.integer({ min: 1, max: 5_000 });
const holdAmount = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 1, max: 20 }) }, {
  weight: 1,
  arbitrary: amount,
});
const minutes = fc.constantFrom(1, 15, ...Array<number>(6).fill(24 * 60));
const kind = <Kind extends string>(name: Kind) => fc.constant(name);

/** Null in three cases of four. */
function sometimes(value: fc.Arbitrary<number>): fc.Arbitrary<number | null> {
  return fc.oneof({ weight: 3, arbitrary: fc.constant(null) }, { weight: 1, arbitrary: value });
}

const ACTIONS: Readonly<Record<Action["kind"], fc.Arbitrary<Action>>> = {
  payment: fc.record({ kind: kind("payment"), amount }),
  refund: fc.record({ kind: kind("refund"), of: sometimes(small), amount: sometimes(amount) }),
  top_up: fc.record({ kind: kind("top_up"), amount, card: sometimes(card) }),
  credit: fc.record({ kind: kind("credit"), topUp: small }),
  failure: fc.record({ kind: kind("failure"), topUp: small }),
  bank_waits: fc.record({ kind: kind("bank_waits"), topUp: small }),
  card_refund: fc.record({
    kind: kind("card_refund"),
    topUp: fc.integer({ min: 0, max: 2 }),
    amount: fc.oneof(fc.constant(null), { weight: 5, arbitrary: holdAmount }),
  }),
  given_back: fc.record({ kind: kind("given_back"), cardRefund: fc.nat(20) }),
  refused: fc.record({ kind: kind("refused"), cardRefund: fc.nat(20) }),
  hold: fc.record({ kind: kind("hold"), amount: holdAmount, minutes }),
  capture: fc.record({ kind: kind("capture"), hold: small, amount: sometimes(amount) }),
  release: fc.record({ kind: kind("release"), hold: small }),
  expiry: fc.record({ kind: kind("expiry"), hold: small }),
  adjustment: fc.record({
    kind: kind("adjustment"),
    direction: fc.constantFrom("credit", "debit"),
    amount,
  }),
  freezing: fc.record({ kind: kind("freezing") }),
  unfreezing: fc.record({ kind: kind("unfreezing") }),
  closing: fc.record({ kind: kind("closing") }),
  erasing: fc.record({ kind: kind("erasing") }),
  saving: fc.record({ kind: kind("saving"), card }),
  selection: fc.record({ kind: kind("selection"), card }),
  removal: fc.record({ kind: kind("removal"), card }),
};

/**
 * What users do, by how often: a bit of all, mostly cards, mostly top-ups, mostly rides, mostly support,
 * mostly money back to cards.
 */
const WAYS: readonly Readonly<Partial<Record<Action["kind"], number>>>[] = [
  {
    ...{ payment: 4, refund: 4, top_up: 3, credit: 2, failure: 1, saving: 3, selection: 1 },
    ...{ removal: 1, hold: 2, capture: 1, release: 1, expiry: 1, adjustment: 1 },
  },
  { payment: 1, refund: 1, top_up: 1, credit: 1, failure: 1, saving: 20, selection: 2, removal: 1 },
  { payment: 1, refund: 1, top_up: 9, credit: 1, failure: 3, bank_waits: 3, saving: 3, removal: 1 },
  { payment: 2, refund: 1, hold: 60, capture: 1, release: 1, expiry: 1, adjustment: 1 },
  {
    ...{ payment: 2, refund: 2, adjustment: 6, freezing: 2, unfreezing: 3, closing: 4, erasing: 2 },
    ...{
      hold: 3,
      capture: 2,
      expiry: 1,
      saving: 2,
      selection: 1,
      removal: 1,
      top_up: 2,
      credit: 2,
    },
  },
  {
    ...{ top_up: 2, credit: 6, payment: 1, refund: 1, adjustment: 1, closing: 1 },
    ...{ card_refund: 60, given_back: 8, refused: 8, hold: 1 },
  },
];

/** What has to come first for money to go back to a card. */
const CREDITED: readonly Action[] = [
  { kind: "saving", card: 0 },
  { kind: "top_up", amount: 5_000, card: null },
  { kind: "credit", topUp: 0 },
];

function stepsOf(way: Readonly<Partial<Record<Action["kind"], number>>>): fc.Arbitrary<Step[]> {
  const first = way.card_refund === undefined ? [] : CREDITED.map((action): Step => {
    return { action, repeats: null, sharedKey: null, pause: 0 };
  });
  const action = fc.oneof(
    ...Object.entries(ACTIONS).map(([name, arbitrary]) => ({
      weight: way[name as Action["kind"]] ?? 0,
      arbitrary,
    })),
  );
  const pause = fc.oneof(
    { weight: 20, arbitrary: fc.constantFrom(0, 1, MINUTE, 11 * MINUTE) },
    { weight: 1, arbitrary: fc.constantFrom(HOUR, 200 * DAY) },
  );
  const step = fc.record({
    action,
    repeats: sometimes(fc.nat(STEPS - 1)),
    sharedKey: sometimes(fc.nat(3)),
    pause,
  });
  return fc.array(step, { maxLength: STEPS - first.length, size: "max" })
    .map((steps) => [...first, ...steps]);
}

export const HISTORIES: fc.Arbitrary<History> = fc.record({
  balance: fc.oneof(fc.constant(0), { weight: 4, arbitrary: fc.integer({ min: 0, max: 20_000 }) }),
  unverifiedCards: fc.constantFrom(0, 1, 3, 12),
  steps: fc.oneof(...WAYS.map(stepsOf)),
});

/** The step as it is: an action of its own, or an earlier one once more under the same key. */
function resolveStep(steps: readonly Step[], place: number) {
  const step = steps[place];
  assert(step);
  const first = step.repeats !== null && step.repeats < place ? steps[step.repeats] : undefined;
  const { action, sharedKey } = first ?? step;
  const key = sharedKey ?? `of ${first ? step.repeats : place}`;
  return { action, keyHash: sha256(`${action.kind} ${key}`).slice(0, 32) };
}

/** A command, and the payments and top-ups that its rule has to see. */
export interface HistoryCommand extends WaitingCommand {
  readonly payments?: readonly string[];
  readonly topUps?: readonly string[];
}

/** The commands of a history, ids and times fixed before the first is decided. */
export function commandsOf({ steps }: History, life = ""): HistoryCommand[] {
  const all = steps.map((_, place) => resolveStep(steps, place));
  const prefix = {
    ...{ payment: "pay", top_up: "top", hold: "hold", card_refund: "crf" },
  } as Record<Action["kind"], string>;
  const ids = all.map(({ action }, place) => `${prefix[action.kind] ?? "ent"}_${life}${place}`);
  const idsOf = (kind: Action["kind"]) =>
    ids.filter((_, place) => all[place]?.action.kind === kind);
  const payments = idsOf("payment");
  const topUps = idsOf("top_up");
  const holds = idsOf("hold");
  const cardRefunds = idsOf("card_refund");
  let at = NOW;
  return all.map(({ action, keyHash }, place): HistoryCommand => {
    at += steps[place]?.pause ?? 0;
    const idempotency = { keyHash, fingerprint: JSON.stringify(action), language: "tr" } as const;
    const named = { payments, topUps, holds, cardRefunds };
    const entryId = endIdOf(action, named) ?? ids[place] ?? "";
    const command = { ...COMMAND, entryId, at, idempotency };
    const of = action.kind === "refund" && action.of !== null ? payments[action.of] : undefined;
    return {
      command,
      decide: decider(action, command, named),
      ...(of !== undefined && { payments: [of] }),
      ...(GIVES_BACK.has(action.kind) && { topUps }),
    };
  });
}

const GIVES_BACK: ReadonlySet<Action["kind"]> = new Set(["card_refund", "given_back", "refused"]);
const TERMS = { givesBackParts: true, giveBackWithinDays: 365 };

interface Named {
  readonly payments: readonly string[];
  readonly topUps: readonly string[];
  readonly holds: readonly string[];
  readonly cardRefunds: readonly string[];
}

/** The id of the entry that ends a hold, top-up or card refund follows from that one's. */
function endIdOf(action: Action, { topUps, holds, cardRefunds }: Named): string | undefined {
  if (action.kind === "credit" || action.kind === "failure") {
    return closingEntryId(topUps[action.topUp] ?? "top_unknown");
  }
  if (action.kind === "bank_waits") return actionEntryId(topUps[action.topUp] ?? "top_unknown");
  if ("cardRefund" in action) {
    return cardRefundEndId(cardRefunds[action.cardRefund] ?? "crf_unknown");
  }
  if (!("hold" in action)) return undefined;
  const ids = holdEndIds(holds[action.hold] ?? "hold_unknown");
  return action.kind === "capture" ? ids?.capture : ids?.release;
}

function decider(
  action: Action,
  command: WaitingCommand["command"],
  { payments, topUps, holds, cardRefunds }: Named,
): WaitingCommand["decide"] {
  switch (action.kind) {
    case "payment": {
      const payment = { ...command, amountKurus: kurus(action.amount) };
      return ({ account }) => decidePayment(account, payment);
    }
    case "refund": {
      const refund = {
        ...command,
        ...(action.of !== null && { paymentId: payments[action.of] ?? "pay_unknown" }),
        ...(action.amount !== null && { amountKurus: kurus(action.amount) }),
      };
      return (view) => decideRefund(view, refund);
    }
    case "top_up": {
      const topUp = {
        ...command,
        amountKurus: kurus(action.amount),
        gateway: "sandbox",
        ...(action.card !== null && { cardId: `card_${action.card}` }),
      };
      return ({ account }) => decideTopUp(account, topUp);
    }
    case "bank_waits": {
      const topUpId = topUps[action.topUp] ?? "top_unknown";
      const waiting = { ...command, topUpId, gateway: "sandbox", providerRef: `ref_${topUpId}` };
      const expiresAt = command.at + MINUTE;
      return ({ account }) => decideTopUpAction(account, { ...waiting, expiresAt });
    }
    case "credit":
    case "failure": {
      const topUpId = topUps[action.topUp] ?? "top_unknown";
      const closing = {
        ...command,
        topUpId,
        ...{ reason: "declined", gateway: "sandbox", providerRef: `charge of ${topUpId}` } as const,
      };
      return ({ account }) =>
        action.kind === "credit"
          ? decideTopUpCredit(account, closing)
          : decideTopUpFailure(account, closing);
    }
    case "card_refund": {
      const refund = {
        ...command,
        topUpId: topUps[action.topUp] ?? "top_unknown",
        ...(action.amount !== null && { amountKurus: kurus(action.amount) }),
        termsOf: () => TERMS,
      };
      return (view) => decideCardRefund(view, refund);
    }
    case "given_back":
    case "refused": {
      const cardRefundId = cardRefunds[action.cardRefund] ?? "crf_unknown";
      const ending = { ...command, cardRefundId, how: "refund" } as const;
      return (view) =>
        action.kind === "given_back"
          ? decideCardRefundCompletion(view, ending)
          : decideCardRefundFailure(view, ending);
    }
    case "hold": {
      const expiresAt = command.at + action.minutes * MINUTE;
      const ride = { orderId: `ride of ${command.entryId}`, description: "Moda" };
      const hold = { ...command, amountKurus: kurus(action.amount), expiresAt, ...ride };
      return ({ account }) => decideHold(account, hold);
    }
    case "capture": {
      const capture = {
        ...command,
        holdId: holds[action.hold] ?? "hold_unknown",
        ...(action.amount !== null && { amountKurus: kurus(action.amount) }),
      };
      return ({ account }) => decideHoldCapture(account, capture);
    }
    case "release":
    case "expiry": {
      const end = { ...command, holdId: holds[action.hold] ?? "hold_unknown" };
      return ({ account }) =>
        action.kind === "release"
          ? decideHoldRelease(account, end)
          : decideHoldExpiry(account, end);
    }
    case "adjustment": {
      const { direction } = action;
      const adjustment = {
        ...command,
        direction,
        amountKurus: kurus(action.amount),
        reason: "cash",
      } as const;
      return ({ account }) => decideAdjustment(account, adjustment);
    }
    case "freezing":
      return ({ account }) => decideFreezing(account, command);
    case "unfreezing":
      return ({ account }) => decideUnfreezing(account, command);
    case "closing":
      return ({ account }) => decideClosing(account, command);
    case "erasing":
      return ({ account }) => decideErasing(account, { ...command, keepTexts: false });
    case "saving": {
      const { facts } = cardNumber("4242424242424242");
      const { cardId, fingerprint } = testCard(`card_${action.card}`);
      const saving = { ...command, cardId, fingerprint, facts };
      return ({ account }) => decideCardRegistration(account, saving);
    }
    case "selection":
      return ({ account }) =>
        decideCardSelection(account, { ...command, cardId: `card_${action.card}` });
    case "removal":
      return ({ account }) =>
        decideCardRemoval(account, { ...command, cardId: `card_${action.card}` });
  }
}

/** The opening that a history begins with. */
export function openingOf(
  history: History,
  { account = ACCOUNT_ID, entryId = COMMAND.entryId } = {},
): Accepted<EntryOf<"account_opened">> {
  return openAccount({
    ...COMMAND,
    entryId,
    account,
    balanceKurus: kurus(history.balance),
    cards: Array.from(
      { length: history.unverifiedCards },
      (_, place) => testCard(`card_${CARDS - 1 - place}`, { verified: false }),
    ),
  });
}
