import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import { type CardPorts, removeCard, saveCard } from "../../../domain/workflows/cards.ts";
import { foldCommands } from "../../../domain/fold.ts";
import type { Accounts, UpdateOutcome } from "../../../domain/ports/accounts.ts";
import { CardNumber } from "../../../domain/card_number.ts";
import { CardToken } from "../../../domain/card_token.ts";
import type { CardGateway, Registration } from "../../../domain/ports/card_gateway.ts";
import {
  ACCOUNT_ID,
  cardNumber,
  COMMAND,
  testAccount,
  testCard,
  testCards,
} from "../../support/account.ts";
import { NOW } from "../../support/clock.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const NUMBER = cardNumber("4242 4242 4242 4242");
const SAVING = {
  ...COMMAND,
  account: ACCOUNT_ID,
  cardId: "card_new",
  card: { number: NUMBER },
};
const PERSON = {
  name: "Deniz",
  surname: "Yılmaz",
  birthDate: "1990-01-31",
  phoneNumber: "+905320000000",
  email: "deniz@example.com",
};
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
  /** What a gateway that keeps cards answers; the sandbox if left out. */
  readonly keeps?: Registration;
}

/** Accounts and vault that write down every call. */
function createPorts({ cards = [], seen = cards, update, keep, remove, keeps }: Script = {}) {
  const calls: string[] = [];
  const scripted = createScriptedGateway();
  const gateway: CardGateway = keeps
    ? {
      ...scripted,
      traits: { ...scripted.traits, name: "keeper", keepsCards: true },
      register: (payer, card) => {
        calls.push(`register ${payer.name} ${"number" in card ? card.number : card.gatewayToken}`);
        return Promise.resolve(keeps);
      },
      forget: (token) => Promise.resolve(void calls.push(`forget ${token.reveal()}`)),
    }
    : scripted;
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
  const vault: CardPorts["vault"] = {
    fingerprint: (_, card) =>
      `fingerprint of card_${card instanceof CardNumber ? card.facts.last4 : card.fingerprint}`,
    keep: (_, kept, now) => {
      calls.push(`keep ${kept.map(({ cardId }) => cardId)} at ${now}`);
      return keep?.() ?? Promise.resolve();
    },
    open: (_, cardId) =>
      Promise.resolve({
        gateway: gateway.traits.name,
        token: new CardToken(cardId === "card_same" ? "token of card_new" : `token of ${cardId}`),
        fingerprint: "",
        fleetFingerprint: "",
      }),
    remove: (_, cardIds) => {
      calls.push(`remove ${cardIds}`);
      return remove?.() ?? Promise.resolve();
    },
  };
  const ports: CardPorts = {
    accounts,
    vault,
    gateways: { of: () => gateway, named: () => gateway },
    people: { find: () => Promise.resolve(PERSON) },
    clock: { within: (promise) => promise },
    log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
  };
  return { ports, calls };
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

const TOKEN = new CardToken("token of card_new");
const REGISTERED: Registration = { status: "registered", token: TOKEN };
const REGISTER = `register Deniz ${NUMBER}`;

Deno.test("saveCard() registers a card with a gateway that keeps cards, once the account has none like it", async () => {
  const { ports, calls } = createPorts({ keeps: REGISTERED });
  assertEquals((await saveCard(ports, SAVING)).outcome, "accepted");
  assertEquals(calls, [REGISTER, ...KEPT]);
  for (const { refused } of REFUSALS) {
    const { ports, calls } = createPorts({ keeps: REGISTERED, cards: refused });
    assertEquals((await saveCard(ports, SAVING)).outcome, "rejected");
    assertEquals(calls, ["update account"], "it asked the gateway");
  }
});

Deno.test("saveCard() keeps nothing of a card that the gateway refuses", async () => {
  const { ports, calls } = createPorts({ keeps: { status: "refused" } });
  const rejection = { code: "card_refused" };
  assertEquals<unknown>(await saveCard(ports, SAVING), { outcome: "rejected", rejection });
  assertEquals(calls, [REGISTER]);
});

Deno.test("saveCard() lets the gateway forget a card that the account has come to refuse", async () => {
  const { ports, calls } = createPorts({ keeps: REGISTERED, seen: [], cards: testCards(20) });
  assertEquals((await saveCard(ports, SAVING)).outcome, "rejected");
  assertEquals(calls, [REGISTER, ...KEPT, "forget token of card_new", "remove card_new"]);
});

const OWN: Registration = {
  status: "registered",
  token: TOKEN,
  card: {
    bin: null,
    last4: "4444",
    brand: "mastercard",
    expiry: { month: 12, year: 2030 },
    fingerprint: "of the gateway",
  },
};
const SAVING_OWN = { ...SAVING, card: { gatewayToken: "pm_1" } };

Deno.test("saveCard() takes what a gateway says of a card that it saved itself", async () => {
  const { ports, calls } = createPorts({ keeps: OWN });
  const outcome = await saveCard(ports, SAVING_OWN);
  assertEquals(outcome.outcome === "accepted" && outcome.account.cards, [
    testCard("card_new", {
      fingerprint: "fingerprint of card_of the gateway",
      savedAt: NOW,
      bin: null,
      last4: "4444",
      brand: "mastercard",
      expireMonth: 12,
      expireYear: 2030,
    }),
  ]);
  assertEquals(calls[0], "register Deniz pm_1");
});

Deno.test("saveCard() does not let the gateway forget what a saved card is charged by", async () => {
  const same = testCard("card_same", { fingerprint: "fingerprint of card_of the gateway" });
  const { ports, calls } = createPorts({ keeps: OWN, cards: [same] });
  assertEquals((await saveCard(ports, SAVING_OWN)).outcome, "rejected");
  assertEquals(calls.slice(1), [...KEPT, "remove card_new"]);
});

Deno.test("removeCard() lets the gateway forget the card after the account, and the vault last", async () => {
  const { ports, calls } = createPorts({ keeps: REGISTERED, cards: testCards(1) });
  const { outcome } = await removeCard(ports, {
    ...COMMAND,
    account: ACCOUNT_ID,
    cardId: "card_1",
  });
  assertEquals(outcome, "accepted");
  assertEquals(calls, ["update account", "forget token of card_1", "remove card_1"]);
});
