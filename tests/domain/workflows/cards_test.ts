import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { saveCard } from "../../../domain/workflows/cards.ts";
import { foldCommands } from "../../../domain/fold.ts";
import type { Accounts, UpdateOutcome } from "../../../domain/ports/accounts.ts";
import type { CardVault } from "../../../domain/ports/card_vault.ts";
import {
  ACCOUNT_ID,
  cardNumber,
  COMMAND,
  testAccount,
  testCard,
  testCards,
} from "../../support/account.ts";
import { NOW } from "../../support/clock.ts";

const NUMBER = cardNumber("4242 4242 4242 4242");
const SAVING = { ...COMMAND, account: ACCOUNT_ID, cardId: "card_new", number: NUMBER };
const LOST = new Error("connection reset");

interface Script {
  /** The cards that the account has when it is looked at first; those of its update if left out. */
  readonly seen?: ReturnType<typeof testCards>;
  /** The cards that the account has when it is updated. */
  readonly cards?: ReturnType<typeof testCards>;
  /** How the update ends, instead of by the rule. */
  readonly update?: () => Promise<UpdateOutcome>;
  readonly keep?: () => Promise<void>;
  readonly remove?: () => Promise<void>;
}

/** Accounts and vault that write down every call. */
function createPorts({ cards = [], seen = cards, update, keep, remove }: Script = {}) {
  const calls: string[] = [];
  const account = testAccount({ cards });
  const byRule = ((_, decide) => {
    const base = { account, payments: new Map(), topUps: new Map(), entriesByKey: new Map() };
    return Promise.resolve(foldCommands(base, [{ command: COMMAND, decide }]).outcomes[0]);
  }) as Accounts["update"];
  const accounts: Pick<Accounts, "peek" | "update"> = {
    peek: () => Promise.resolve(testAccount({ cards: seen })),
    update: ((command, decide) => {
      calls.push("update account");
      return update?.() ?? byRule(command, decide);
    }) as Accounts["update"],
  };
  const vault: CardVault = {
    fingerprint: (_, number) => `fingerprint of card_${number.facts.last4}`,
    keep: (_, kept, now) => {
      calls.push(`keep ${kept.map(({ cardId }) => cardId)} at ${now}`);
      return keep?.() ?? Promise.resolve();
    },
    fleetFingerprint: () => "not asked here",
    open: () => Promise.reject(new Error("not asked here")),
    fault: () => "not asked here",
    remove: (_, cardIds) => {
      calls.push(`remove ${cardIds}`);
      return remove?.() ?? Promise.resolve();
    },
  };
  return { ports: { accounts, vault }, calls };
}

const KEPT = [`keep card_new at ${NOW}`, "update account"];
const REMOVED = [...KEPT, "remove card_new"];

Deno.test("saveCard() writes the vault before the account, and keeps both", async () => {
  const { ports, calls } = createPorts();
  const outcome = await saveCard(ports, SAVING);
  assertEquals(calls, KEPT);
  assertEquals(outcome.outcome === "accepted" && outcome.account.cards, [
    testCard("card_new", { fingerprint: "fingerprint of card_4242", savedAt: NOW }),
  ]);
  assertFalse(JSON.stringify(outcome).includes(NUMBER.reveal()));
});

const DUPLICATE = testCard("card_old", { fingerprint: "fingerprint of card_4242" });
const REFUSALS = [
  { refused: [DUPLICATE], rejection: { code: "duplicate_card", cardId: "card_old" } },
  { refused: testCards(20), rejection: { code: "too_many_cards" } },
];

Deno.test("saveCard() removes the number again when the account has come to refuse the card", async () => {
  for (const { refused, rejection } of REFUSALS) {
    const { ports, calls } = createPorts({ seen: [], cards: refused });
    assertEquals<unknown>(await saveCard(ports, SAVING), { outcome: "rejected", rejection });
    assertEquals(calls, REMOVED);
  }
});

Deno.test("saveCard() writes nothing to the vault when the account refuses the card", async () => {
  for (const { refused, rejection } of REFUSALS) {
    const { ports, calls } = createPorts({ cards: refused });
    assertEquals<unknown>(await saveCard(ports, SAVING), { outcome: "rejected", rejection });
    assertEquals(calls, ["update account"]);
  }
});

Deno.test("saveCard() saves a card that only an older account refuses, its number first", async () => {
  for (const { refused } of REFUSALS) {
    const { ports, calls } = createPorts({ seen: refused, cards: [] });
    assertEquals((await saveCard(ports, SAVING)).outcome, "accepted");
    assertEquals(calls, ["update account", ...KEPT]);
  }
});

const ENDS: readonly (readonly [UpdateOutcome["outcome"], readonly string[]])[] = [
  ["outcome_unknown", KEPT],
  ["busy", REMOVED],
  ["key_reused", REMOVED],
  ["user_not_found", REMOVED],
  // The first answer names the card of then; the number that came with the repetition is too much.
  ["replayed", REMOVED],
];

for (const [outcome, expected] of ENDS) {
  const end = expected === KEPT ? "keeps" : "removes";
  Deno.test(`saveCard() ${end} the number when the update ends in ${outcome}`, async () => {
    const ending = { outcome } as UpdateOutcome;
    const { ports, calls } = createPorts({ update: () => Promise.resolve(ending) });
    assertEquals<unknown>(await saveCard(ports, SAVING), ending);
    assertEquals(calls, expected);
  });
}

Deno.test("saveCard() answers a refusal although the number could not be removed", async () => {
  const { ports, calls } = createPorts({
    seen: [],
    cards: testCards(20),
    remove: () => Promise.reject(LOST),
  });
  assertEquals((await saveCard(ports, SAVING)).outcome, "rejected");
  assertEquals(calls, REMOVED);
});

Deno.test("saveCard() leaves the account alone when the vault cannot keep the number", async () => {
  const { ports, calls } = createPorts({ keep: () => Promise.reject(LOST) });
  await assertRejects(() => saveCard(ports, SAVING), Error, "connection reset");
  assertEquals(calls, KEPT.slice(0, 1));
});

Deno.test("saveCard() keeps the number when the update breaks off: the account may name it", async () => {
  const { ports, calls } = createPorts({ update: () => Promise.reject(LOST) });
  await assertRejects(() => saveCard(ports, SAVING), Error, "connection reset");
  assertEquals(calls, KEPT);
});
