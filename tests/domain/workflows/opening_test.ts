import { assertEquals, assertFalse, assertRejects } from "@std/assert";
import {
  type AccountCreationCommand,
  type AccountCreationPorts,
  createAccount,
} from "../../../domain/workflows/opening.ts";
import { type AccountOpeningCommand, openAccount } from "../../../domain/account_opening.ts";
import { CardNumber } from "../../../domain/card_number.ts";
import { kurus } from "../../../domain/money.ts";
import type { NewPerson, OpeningOutcome } from "../../../domain/ports/accounts.ts";
import { ACCOUNT_ID, cardNumber, COMMAND } from "../../support/account.ts";
import { NOW } from "../../support/clock.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const PROFILE = {
  name: "Deniz",
  surname: "Yılmaz",
  birthDate: "1990-01-31",
  phoneNumber: "+905320000000",
  email: "deniz@example.com",
};
const VISA = "4242 4242 4242 4242";
const MASTERCARD = "5555 5555 5555 4444";
const UNVERIFIED = "1234 5678 1234 1334";
const CREATION: AccountCreationCommand = {
  ...COMMAND,
  account: ACCOUNT_ID,
  authCode: "secret-1234",
  profile: PROFILE,
  balanceKurus: kurus(10_000),
  cardNumbers: [],
};
const LOST = new Error("connection reset");

interface Script {
  /** What is found when the account is looked for; nothing if left out. */
  readonly found?: OpeningOutcome;
  /** How the opening ends, instead of by the rule. */
  readonly open?: () => Promise<OpeningOutcome>;
  readonly keep?: () => Promise<void>;
  readonly remove?: () => Promise<void>;
}

/** Ports that write down every call, and what the account was opened with. */
function createPorts({ found, open, keep, remove }: Script = {}) {
  const calls: string[] = [];
  const openings: { readonly command: AccountOpeningCommand; readonly person: NewPerson }[] = [];
  let count = 0;
  let hashes = 0;
  const ports: AccountCreationPorts = {
    accounts: {
      findOpening: () => Promise.resolve(found),
      open: (command, person) => {
        calls.push("open account");
        openings.push({ command, person });
        const { entry } = openAccount(command);
        return open?.() ?? Promise.resolve({ outcome: "accepted", entry });
      },
    },
    vault: {
      fingerprint: (_, card) =>
        `fingerprint of ${card instanceof CardNumber && card.reveal().slice(0, 2)}`,
      keep: (_, cards, now) => {
        calls.push(
          `keep ${cards.map(({ cardId, identity }) => `${cardId} ${identity}`)} at ${now}`,
        );
        return keep?.() ?? Promise.resolve();
      },
      remove: (_, cardIds) => {
        calls.push(`remove ${cardIds}`);
        return remove?.() ?? Promise.resolve();
      },
    },
    gateways: { of: () => createScriptedGateway() },
    hasher: {
      hash: () => {
        hashes++;
        return Promise.resolve("slow hash");
      },
      verify: () => Promise.reject(new Error("not asked here")),
    },
    ids: {
      next: (prefix) => `${prefix}_${++count}`,
      requestId: () => "req-1",
      secret: () => "secret",
      digits: () => "00000000",
    },
  };
  return { ports, calls, openings, hashes: () => hashes };
}

function creationWith(cards: readonly string[], selected?: string): AccountCreationCommand {
  return {
    ...CREATION,
    cardNumbers: cards.map(cardNumber),
    ...(selected && { selectedCard: cardNumber(selected) }),
  };
}

const KEPT = [`keep card_1 424242******4242 at ${NOW}`, "open account"];
const REMOVED = [...KEPT, "remove card_1"];

Deno.test("createAccount() writes the vault before the account", async () => {
  const { ports, calls } = createPorts();
  assertEquals((await createAccount(ports, creationWith([VISA]))).outcome, "accepted");
  assertEquals(calls, KEPT);
});

Deno.test("createAccount() asks nothing of the vault for a user without a card", async () => {
  for (const outcome of ["accepted", "user_exists"] as const) {
    const ending = { outcome } as OpeningOutcome;
    const { ports, calls } = createPorts({ open: () => Promise.resolve(ending) });
    assertEquals(await createAccount(ports, CREATION), ending);
    assertEquals(calls, ["open account"]);
  }
});

Deno.test("createAccount() keeps the hash of the authCode next to the profile, never the code", async () => {
  const { ports, openings } = createPorts();
  const outcome = await createAccount(ports, creationWith([VISA]));
  assertEquals(openings.map(({ person }) => person), [
    { profile: PROFILE, authCodeHash: "slow hash" },
  ]);
  const entry = JSON.stringify(outcome);
  for (const secret of [CREATION.authCode, "4242424242424242", PROFILE.name, PROFILE.email]) {
    assertFalse(entry.includes(secret));
  }
});

interface Cards {
  readonly name: string;
  readonly command: AccountCreationCommand;
  /** By the last four, with a star at the selected one. */
  readonly expected: readonly string[];
}

const CARDS: readonly Cards[] = [
  { name: "no cards", command: CREATION, expected: [] },
  {
    name: "the cards in their order, the first chargeable one selected",
    command: creationWith([UNVERIFIED, VISA, MASTERCARD]),
    expected: ["1334", "4242*", "4444"],
  },
  {
    name: "the selected card as it is named",
    command: creationWith([VISA, MASTERCARD], MASTERCARD),
    expected: ["4242", "4444*"],
  },
  {
    name: "a selected card that is not among the others after them",
    command: creationWith([VISA], UNVERIFIED),
    expected: ["4242", "1334*"],
  },
  {
    name: "a selected card without others",
    command: creationWith([], UNVERIFIED),
    expected: ["1334*"],
  },
  {
    name: "one card of the same digits, however they are written",
    command: creationWith([VISA, "4242424242424242", MASTERCARD], "4242-4242-4242-4242"),
    expected: ["4242*", "4444"],
  },
];

for (const { name, command, expected } of CARDS) {
  Deno.test(`createAccount() takes over ${name}`, async () => {
    const { ports } = createPorts();
    const outcome = await createAccount(ports, command);
    const cards = outcome.outcome === "accepted" ? outcome.entry.cards : [];
    assertEquals(cards.map(({ last4, selected }) => `${last4}${selected ? "*" : ""}`), expected);
    assertEquals(
      cards.map(({ cardId }) => cardId),
      expected.map((_, place) => `card_${place + 1}`),
    );
  });
}

const ENDS: readonly (readonly [OpeningOutcome["outcome"], readonly string[]])[] = [
  ["outcome_unknown", KEPT],
  ["user_exists", REMOVED],
  ["key_reused", REMOVED],
  ["replayed", REMOVED],
];

for (const [outcome, expected] of ENDS) {
  const end = expected === KEPT ? "keeps" : "removes";
  Deno.test(`createAccount() ${end} the numbers when the opening ends in ${outcome}`, async () => {
    const ending = { outcome } as OpeningOutcome;
    const { ports, calls } = createPorts({ open: () => Promise.resolve(ending) });
    assertEquals(await createAccount(ports, creationWith([VISA])), ending);
    assertEquals(calls, expected);
  });
}

for (const outcome of ["user_exists", "key_reused", "replayed"] as const) {
  Deno.test(`createAccount() costs neither hash nor write when the account says ${outcome}`, async () => {
    const found = { outcome } as OpeningOutcome;
    const { ports, calls, hashes } = createPorts({ found });
    assertEquals(await createAccount(ports, creationWith([VISA])), found);
    assertEquals([calls, hashes()], [[], 0]);
  });
}

Deno.test("createAccount() answers user_exists although the numbers could not be removed", async () => {
  const { ports, calls } = createPorts({
    open: () => Promise.resolve({ outcome: "user_exists" }),
    remove: () => Promise.reject(LOST),
  });
  assertEquals(await createAccount(ports, creationWith([VISA])), { outcome: "user_exists" });
  assertEquals(calls, REMOVED);
});

Deno.test("createAccount() opens nothing when the vault cannot keep the numbers", async () => {
  const { ports, calls } = createPorts({ keep: () => Promise.reject(LOST) });
  await assertRejects(() => createAccount(ports, creationWith([VISA])), Error, "connection reset");
  assertEquals(calls, KEPT.slice(0, 1));
});

Deno.test("createAccount() keeps the numbers when the opening breaks off", async () => {
  const { ports, calls } = createPorts({ open: () => Promise.reject(LOST) });
  await assertRejects(() => createAccount(ports, creationWith([VISA])), Error, "connection reset");
  assertEquals(calls, KEPT);
});
