import { assertEquals } from "@std/assert";
import type { Account } from "../../../domain/account.ts";
import { CardToken } from "../../../domain/card_token.ts";
import { LOST_RACES_MAX } from "../../../domain/limits.ts";
import { kurus } from "../../../domain/money.ts";
import type { KeptCard } from "../../../domain/ports/card_vault.ts";
import type { Accounts } from "../../../domain/ports/accounts.ts";
import { startTopUp, type TopUpStartPorts } from "../../../domain/workflows/top_up_start.ts";
import { ACCOUNT_ID, COMMAND, testAccount, testCards } from "../../support/account.ts";
import { NOW } from "../../support/clock.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const TOO_MANY = {
  code: "rate_limited",
  policy: "fleet_card_declines",
  limit: 10,
  windowSeconds: 3_600,
  retryAfterSeconds: 60,
} as const;

/** What the vault has of a card that the fleet's gateway charges. */
const keptAs = (cardId: string): KeptCard => ({
  gateway: "sandbox",
  token: new CardToken(`token of ${cardId}`),
  fingerprint: cardId,
  fleetFingerprint: cardId,
});

const account = (selectedCardId: string | null) =>
  testAccount({ cards: testCards(2), selectedCardId });

interface Case {
  readonly name: string;
  /** What is at hand, and what the store has each time that it is asked; the last one stays. */
  readonly seen: Account | undefined;
  readonly stored: readonly Account[];
  readonly cardId?: string;
  /** The cards of which the fleet has had its declines. */
  readonly usedUp?: readonly string[];
  /** In place of what the rule decides. */
  /** A card whose number the vault does not have. */
  readonly lost?: string;
  /** What the vault has of each card, where it is something else. */
  readonly kept?: Partial<KeptCard>;
  readonly update?: "replayed" | "outcome_unknown" | "busy";
  readonly calls: readonly string[];
  readonly ends: string;
}

const CASES: readonly Case[] = [
  {
    name: "counts the card before it starts, and leaves it counted",
    seen: account("card_1"),
    stored: [account("card_1")],
    calls: ["reserve card_1"],
    ends: "accepted card_1",
  },
  {
    name: "starts nothing on a card that has had its declines",
    seen: account("card_1"),
    stored: [account("card_1")],
    usedUp: ["card_1"],
    calls: ["reserve card_1"],
    ends: "rejected rate_limited",
  },
  {
    name: "counts the card that was selected meanwhile, and no longer the other",
    seen: account("card_1"),
    stored: [account("card_2")],
    calls: ["reserve card_1", "release card_1", "reserve card_2"],
    ends: "accepted card_2",
  },
  {
    name: "asks about the selected card although the one at hand has had its declines",
    seen: account("card_1"),
    stored: [account("card_2")],
    usedUp: ["card_1"],
    calls: ["reserve card_1", "reserve card_2"],
    ends: "accepted card_2",
  },
  {
    name: "counts nothing for a card that the account does not have",
    seen: account("card_1"),
    stored: [account("card_1")],
    cardId: "card_9",
    calls: [],
    ends: "rejected card_not_found",
  },
  {
    name: "counts a card that was not there in what it saw",
    seen: testAccount({}),
    stored: [account("card_1")],
    calls: ["reserve card_1"],
    ends: "accepted card_1",
  },
  {
    name: "uncounts what the account refuses in the end",
    seen: account("card_1"),
    stored: [testAccount({})],
    calls: ["reserve card_1", "release card_1"],
    ends: "rejected no_cards",
  },
  ...(["replayed", "busy"] as const).map((update): Case => ({
    name: `uncounts what ends in ${update}`,
    seen: account("card_1"),
    stored: [account("card_1")],
    update,
    calls: ["reserve card_1", "release card_1"],
    ends: update,
  })),
  {
    name: "leaves counted what may have been started",
    seen: account("card_1"),
    stored: [account("card_1")],
    update: "outcome_unknown",
    calls: ["reserve card_1"],
    ends: "outcome_unknown",
  },
  {
    name: "goes on to the selected card when the one at hand was removed",
    seen: account("card_1"),
    stored: [account("card_2")],
    lost: "card_1",
    calls: ["reserve card_2"],
    ends: "accepted card_2",
  },
  {
    name: "fails when the vault has lost a card that the account names",
    seen: account("card_1"),
    stored: [account("card_1")],
    lost: "card_1",
    calls: [],
    ends: "Cannot open card_1",
  },
  ...[{ token: null }, { gateway: "another" }].map((kept): Case => ({
    name: `refuses a card that has to be saved again: ${Object.keys(kept)}`,
    seen: account("card_1"),
    stored: [account("card_1")],
    kept,
    calls: [],
    ends: "rejected card_not_chargeable",
  })),
  {
    name: "gives up on an account whose card is another one each time",
    seen: account("card_1"),
    stored: Array.from({ length: LOST_RACES_MAX }, (_, place) => account(`card_${2 - place % 2}`)),
    calls: Array.from({ length: LOST_RACES_MAX }, (_, place) => `card_${1 + place % 2}`)
      .flatMap((cardId) => [`reserve ${cardId}`, `release ${cardId}`]),
    ends: "busy",
  },
];

for (
  const { name, seen, stored, usedUp = [], lost, kept, update, calls: expected, ends, ...more }
    of CASES
) {
  Deno.test(`startTopUp() ${name}`, async () => {
    const calls: string[] = [];
    const waiting = [...stored];
    const ports: TopUpStartPorts = {
      accounts: {
        peek: () => Promise.resolve(seen),
        update: ((_, decide) => {
          const [next = testAccount({})] = waiting.length > 1 ? waiting.splice(0, 1) : waiting;
          if (update) return Promise.resolve({ outcome: update });
          return Promise.try(() =>
            decide({ account: next, payments: new Map(), topUps: new Map() })
          )
            .then((decision) => ({ account: next, ...decision }));
        }) as Accounts["update"],
      },
      vault: {
        open: (_, cardId) =>
          cardId === lost
            ? Promise.reject(new Error(`Cannot open ${cardId}`))
            : Promise.resolve({ ...keptAs(cardId), ...kept }),
      },
      gateways: { of: () => createScriptedGateway() },
      declines: {
        reserve: ({ filo, fleetFingerprint: cardId, at }) => {
          assertEquals([filo, at], [ACCOUNT_ID.filo, NOW]);
          calls.push(`reserve ${cardId}`);
          return Promise.resolve(usedUp.includes(cardId) ? TOO_MANY : undefined);
        },
        release: async ({ fleetFingerprint }) =>
          void calls.push(`release ${await fleetFingerprint}`),
      },
    };
    const command = { ...COMMAND, entryId: "top_1", amountKurus: kurus(5_000), ...more };
    const ended = await startTopUp(ports, ACCOUNT_ID, command).then((outcome) => {
      if ("entry" in outcome) return `${outcome.outcome} ${outcome.entry.card.cardId}`;
      return outcome.outcome === "rejected"
        ? `rejected ${outcome.rejection.code}`
        : outcome.outcome;
    }, (error) => error.message);
    assertEquals(calls, expected);
    assertEquals(ended, ends);
  });
}
