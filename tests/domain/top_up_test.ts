import { assertEquals, assertThrows } from "@std/assert";
import type { Account } from "../../domain/account.ts";
import type { Decision } from "../../domain/decision.ts";
import type { TopUpCredited, TopUpFailed } from "../../domain/journal.ts";
import { BALANCE_MAX_KURUS } from "../../domain/limits.ts";
import { kurus } from "../../domain/money.ts";
import {
  decideTopUp,
  decideTopUpAction,
  decideTopUpCredit,
  decideTopUpFailure,
  type TopUpRejection,
} from "../../domain/top_up.ts";
import {
  accept,
  COMMAND,
  testAccount,
  testCard,
  testCards,
  testOpenTopUp,
} from "../support/account.ts";
import { HOUR, MINUTE, NOW } from "../support/clock.ts";

const START = {
  ...COMMAND,
  entryId: "top_new",
  amountKurus: kurus(5_000),
  gateway: "sandbox",
};
const CLOSE = {
  ...COMMAND,
  entryId: "tuc_1",
  topUpId: "top_1",
  gateway: "sandbox",
  providerRef: "ref_1",
};
const { fingerprint: _, ...CARD } = testCard("card_1");

/** An account with two cards, the first of them selected. */
function cardedAccount(changes: Partial<Account> = {}): Account {
  return testAccount({ cards: testCards(2), selectedCardId: "card_1", ...changes });
}

/** So many open top-ups of 50.00: `top_1`, `top_2` … */
function openTopUps(count: number) {
  return Array.from({ length: count }, (_, place) => testOpenTopUp(`top_${place + 1}`));
}

Deno.test("decideTopUp() opens a top-up on the selected card and leaves the balance", () => {
  const account = cardedAccount();
  const decision = accept(decideTopUp(account, START));
  assertEquals(decision.entry, {
    type: "top_up_started",
    id: "top_new",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(5_000),
    deltaKurus: kurus(0),
    balanceAfterKurus: account.balanceKurus,
    card: { ...CARD, selected: true },
    gateway: "sandbox",
  });
  assertEquals(decision.account, {
    ...account,
    head: "top_new",
    seq: 8,
    openTopUps: [testOpenTopUp("top_new", { startedAt: NOW })],
  });
});

Deno.test("decideTopUp() charges the card that is named, selected or not", () => {
  const { entry, account } = accept(decideTopUp(cardedAccount(), { ...START, cardId: "card_2" }));
  assertEquals([entry.card.cardId, entry.card.selected], ["card_2", false]);
  assertEquals(account.openTopUps[0]?.cardId, "card_2");
  assertEquals(account.selectedCardId, "card_1");
});

interface Refused {
  readonly name: string;
  readonly account: Account;
  readonly cardId?: string;
  readonly at?: number;
  readonly rejection: TopUpRejection;
}

const UNVERIFIED = testCard("card_0", { verified: false });
const LIMIT = {
  code: "balance_limit_exceeded",
  amountKurus: kurus(5_000),
} as const;

const REFUSED: readonly Refused[] = [
  {
    name: "an account without a card",
    account: testAccount(),
    rejection: { code: "no_cards" },
  },
  {
    name: "a named card on an account without any",
    account: testAccount(),
    cardId: "card_1",
    rejection: { code: "no_cards" },
  },
  {
    name: "a card that is not saved",
    account: cardedAccount(),
    cardId: "card_9",
    rejection: { code: "card_not_found" },
  },
  {
    name: "a named card that cannot be charged",
    account: cardedAccount({ cards: [UNVERIFIED, ...testCards(1)] }),
    cardId: "card_0",
    rejection: { code: "card_not_chargeable", cardId: "card_0" },
  },
  {
    name: "a selected card that cannot be charged",
    account: cardedAccount({ cards: [UNVERIFIED], selectedCardId: "card_0" }),
    rejection: { code: "card_not_chargeable", cardId: "card_0" },
  },
  {
    name: "no named card where none is selected",
    account: cardedAccount({ cards: [UNVERIFIED], selectedCardId: null }),
    rejection: { code: "card_not_chargeable", cardId: null },
  },
  {
    name: "a card whose last month is over everywhere",
    account: cardedAccount({
      cards: [testCard("card_1", { expireMonth: 2, expireYear: 2026 })],
    }),
    at: Date.UTC(2026, 2, 1, 12),
    rejection: { code: "card_not_chargeable", cardId: "card_1", expired: true },
  },
  {
    name: "the eleventh open top-up",
    account: cardedAccount({ openTopUps: openTopUps(10) }),
    rejection: { code: "too_many_open_top_ups" },
  },
  {
    name: "a kurus more than the balance may become",
    account: cardedAccount({ balanceKurus: kurus(BALANCE_MAX_KURUS - 4_999) }),
    rejection: { ...LIMIT, balanceKurus: kurus(BALANCE_MAX_KURUS - 4_999) },
  },
  {
    name: "what open top-ups would lead past the limit by a kurus",
    account: cardedAccount({
      balanceKurus: kurus(BALANCE_MAX_KURUS - 19_999),
      openTopUps: openTopUps(3),
    }),
    rejection: { ...LIMIT, balanceKurus: kurus(BALANCE_MAX_KURUS - 19_999) },
  },
  {
    name: "a balance that refunds have led past the limit",
    account: cardedAccount({ balanceKurus: kurus(BALANCE_MAX_KURUS + 1) }),
    rejection: { ...LIMIT, balanceKurus: kurus(BALANCE_MAX_KURUS + 1) },
  },
  {
    name: "the sixth card after five declines within the hour",
    account: cardedAccount({ declinesAt: [1, 2, 3, 4, 5].map((ago) => NOW - 6 * MINUTE + ago) }),
    rejection: {
      code: "rate_limited",
      policy: "card_declines",
      limit: 5,
      windowSeconds: 3_600,
      retryAfterSeconds: 54 * 60 + 1,
    },
  },
];

for (const { name, account, cardId, at = NOW, rejection } of REFUSED) {
  Deno.test(`decideTopUp() rejects ${name}`, () => {
    assertEquals(decideTopUp(account, { ...START, at, ...(cardId && { cardId }) }), {
      outcome: "rejected",
      rejection,
    });
  });
}

const ACCEPTED: readonly (readonly [string, Account])[] = [
  ["the tenth open top-up", cardedAccount({ openTopUps: openTopUps(9) })],
  [
    "a top-up that leads to 100,000,000.00 exactly",
    cardedAccount({ balanceKurus: kurus(BALANCE_MAX_KURUS - 5_000) }),
  ],
  [
    "a top-up that leads to 100,000,000.00 exactly, with the open ones",
    cardedAccount({
      balanceKurus: kurus(BALANCE_MAX_KURUS - 20_000),
      openTopUps: openTopUps(3),
    }),
  ],
  [
    "the fifth try after four declines",
    cardedAccount({ declinesAt: [NOW - 4, NOW - 3, NOW - 2, NOW - 1] }),
  ],
  [
    "the next try once the first of five declines is an hour old",
    cardedAccount({ declinesAt: [NOW - HOUR, NOW - 4, NOW - 3, NOW - 2, NOW - 1] }),
  ],
];

for (const [name, account] of ACCEPTED) {
  Deno.test(`decideTopUp() accepts ${name}`, () => {
    const decision = accept(decideTopUp(account, START));
    assertEquals(decision.account.openTopUps.at(-1)?.topUpId, "top_new");
    assertEquals(decision.account.balanceKurus, account.balanceKurus);
  });
}

Deno.test("decideTopUp() charges a card until its last month is over everywhere", () => {
  const cards = [testCard("card_1", { expireMonth: 2, expireYear: 2026 })];
  const at = Date.UTC(2026, 2, 1, 12) - 1;
  accept(decideTopUp(cardedAccount({ cards }), { ...START, at }));
});

const ACT = { ...CLOSE, entryId: "tua_1", expiresAt: NOW + MINUTE };

Deno.test("decideTopUpAction() notes once that the bank wants the user, and a failure remembers the charge", () => {
  const account = cardedAccount({ openTopUps: openTopUps(2) });
  const waiting = accept(decideTopUpAction(account, ACT));
  const { amountKurus, deltaKurus, providerRef, expiresAt, topUpId } = waiting.entry;
  assertEquals([amountKurus, deltaKurus], [kurus(5_000), kurus(0)]);
  assertEquals([topUpId, providerRef, expiresAt], ["top_1", "ref_1", NOW + MINUTE]);
  assertEquals(waiting.account.openTopUps, [
    testOpenTopUp("top_1", { providerRef: "ref_1", actionExpiresAt: NOW + MINUTE }),
    testOpenTopUp("top_2"),
  ]);
  assertEquals(decideTopUpAction(waiting.account, { ...ACT, providerRef: "ref_2" }), {
    outcome: "unchanged",
  });
  const { providerRef: _, ...close } = CLOSE;
  const failure = { ...close, reason: "authentication_failed" } as const;
  assertEquals(accept(decideTopUpFailure(waiting.account, failure)).entry.providerRef, "ref_1");
  const closed = accept(decideTopUpCredit(account, CLOSE)).account;
  assertEquals(decideTopUpAction(closed, ACT), { outcome: "unchanged" });
});

Deno.test("decideTopUpCredit() adds the amount to the balance and closes the top-up", () => {
  const account = cardedAccount({ openTopUps: openTopUps(2) });
  const decision = accept(decideTopUpCredit(account, CLOSE));
  assertEquals(decision.entry, {
    type: "top_up_credited",
    id: "tuc_1",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(5_000),
    deltaKurus: kurus(5_000),
    balanceAfterKurus: kurus(15_000),
    topUpId: "top_1",
    card: { ...CARD, selected: true },
    gateway: "sandbox",
    providerRef: "ref_1",
  });
  assertEquals(decision.account, {
    ...account,
    head: "tuc_1",
    seq: 8,
    balanceKurus: kurus(15_000),
    openTopUps: [testOpenTopUp("top_2")],
  });
});

Deno.test("decideTopUpCredit() is owed: no limit stands against it", () => {
  const account = cardedAccount({
    balanceKurus: kurus(BALANCE_MAX_KURUS),
    openTopUps: openTopUps(11),
    declinesAt: Array.from({ length: 9 }, () => NOW),
  });
  const decision = accept(decideTopUpCredit(account, CLOSE));
  assertEquals(decision.account.balanceKurus, kurus(BALANCE_MAX_KURUS + 5_000));
});

Deno.test("decideTopUpFailure() closes the top-up with its reason and leaves the balance", () => {
  const account = cardedAccount({ openTopUps: openTopUps(1), declinesAt: [NOW - MINUTE] });
  const decision = accept(decideTopUpFailure(account, { ...CLOSE, reason: "expired_card" }));
  assertEquals(decision.entry, {
    type: "top_up_failed",
    id: "tuc_1",
    seq: 8,
    at: NOW,
    requestId: "req-1",
    by: "fleet",
    amountKurus: kurus(5_000),
    deltaKurus: kurus(0),
    balanceAfterKurus: account.balanceKurus,
    topUpId: "top_1",
    card: { ...CARD, selected: true },
    gateway: "sandbox",
    providerRef: "ref_1",
    reason: "expired_card",
  });
  assertEquals(decision.account, {
    ...account,
    head: "tuc_1",
    seq: 8,
    openTopUps: [],
    declinesAt: [NOW - MINUTE, NOW],
  });
});

Deno.test("decideTopUpFailure() closes what is open, however many declines there were", () => {
  const declinesAt = Array.from({ length: 5 }, () => NOW);
  const account = cardedAccount({ openTopUps: openTopUps(1), declinesAt });
  const decision = accept(decideTopUpFailure(account, { ...CLOSE, reason: "declined" }));
  assertEquals(decision.account.openTopUps, []);
  assertEquals(decision.account.declinesAt.length, 5);
});

Deno.test("decideTopUpFailure() counts five declines, and the next top-up has to wait", () => {
  let account = cardedAccount({ openTopUps: openTopUps(5) });
  for (const { topUpId } of account.openTopUps) {
    accept(decideTopUp(account, START));
    const closing = { ...CLOSE, topUpId, reason: "declined" } as const;
    ({ account } = accept(decideTopUpFailure(account, closing)));
  }
  const refused = decideTopUp(account, { ...START, at: NOW + HOUR - 1 });
  assertEquals(refused.outcome === "rejected" && refused.rejection, {
    code: "rate_limited",
    policy: "card_declines",
    limit: 5,
    windowSeconds: 3_600,
    retryAfterSeconds: 1,
  });
  accept(decideTopUp(account, { ...START, at: NOW + HOUR }));
});

const CLOSINGS: Record<
  string,
  (account: Account, command: typeof CLOSE) => Decision<TopUpCredited | TopUpFailed>
> = {
  decideTopUpCredit,
  decideTopUpFailure: (account: Account, command: typeof CLOSE) =>
    decideTopUpFailure(account, { ...command, reason: "declined" }),
};

for (const [name, close] of Object.entries(CLOSINGS)) {
  Deno.test(`${name}() leaves a closed top-up and an unknown one as they are`, () => {
    const open = cardedAccount({ openTopUps: openTopUps(1) });
    const closed = [
      accept(decideTopUpCredit(open, CLOSE)).account,
      accept(decideTopUpFailure(open, { ...CLOSE, reason: "declined" })).account,
      cardedAccount(),
    ];
    for (const account of closed) assertEquals(close(account, CLOSE), { outcome: "unchanged" });
  });

  Deno.test(`${name}() shows the card as it is at that moment`, () => {
    const account = cardedAccount({ openTopUps: openTopUps(1), selectedCardId: "card_2" });
    assertEquals(accept(close(account, CLOSE)).entry.card, { ...CARD, selected: false });
  });

  Deno.test(`${name}() throws when the card is gone: no removal may let that happen`, () => {
    const account = testAccount({ openTopUps: openTopUps(1) });
    assertThrows(() => close(account, CLOSE), Error, "Cannot close top_1: its card is gone");
  });
}
