import { assert, assertEquals, assertRejects } from "@std/assert";
import { CardNumber } from "../../../domain/card_number.ts";
import type { Kurus } from "../../../domain/money.ts";
import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import { createSandboxGateway } from "../../../infra/gateways/sandbox.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";

const AMOUNT = 1_000 as Kurus;
const CHARGED = { status: "charged", amountKurus: AMOUNT } as const;

function card(digits: string): CardNumber {
  const number = CardNumber.parse(digits);
  assert(number?.facts.verified, `${digits} must pass Luhn`);
  return number;
}

async function withGateway(test: (gateway: CardGateway) => Promise<void>): Promise<void> {
  const store = openSqliteStore(":memory:");
  try {
    await test(createSandboxGateway(store.sandboxCharges));
  } finally {
    await store.close();
  }
}

for (
  const digits of ["4242424242424242", "5555555555554444", "9792030000000000", "378282246310005"]
) {
  Deno.test(`charge() charges ${digits.slice(0, 4)}…${digits.slice(-4)}`, () =>
    withGateway(async (gateway) => {
      assertEquals(await gateway.charge("top_1", card(digits), AMOUNT), CHARGED);
      assertEquals(await gateway.inquire("top_1"), CHARGED);
    }));
}

const DECLINES = {
  "4000000000000002": "declined",
  "4000000000009995": "insufficient_funds",
  "4000000000000069": "expired_card",
  "4000000000000341": "declined",
} as const;
for (const [digits, reason] of Object.entries(DECLINES)) {
  Deno.test(`charge() declines 4000…${digits.slice(-4)} as ${reason}`, () =>
    withGateway(async (gateway) => {
      const declined = { status: "declined", reason } as const;
      assertEquals(await gateway.charge("top_1", card(digits), AMOUNT), declined);
      assertEquals(await gateway.inquire("top_1"), declined);
    }));
}

Deno.test("charge() of 4000…0119 never answers, and inquire() says that it charged", () =>
  withGateway(async (gateway) => {
    const charge = () => gateway.charge("top_1", card("4000000000000119"), AMOUNT);
    await assertRejects(charge, Error, "timed out");
    await assertRejects(charge, Error, "timed out");
    assertEquals(await gateway.inquire("top_1"), CHARGED);
  }));

Deno.test("inquire() does not know a reference that was never charged", () =>
  withGateway(async (gateway) => {
    await gateway.charge("top_1", card("4242424242424242"), AMOUNT);
    assertEquals(await gateway.inquire("top_2"), { status: "not_found" });
  }));

Deno.test("charge() has one outcome for a reference, whatever it is asked later", () =>
  withGateway(async (gateway) => {
    const declined = { status: "declined", reason: "declined" } as const;
    assertEquals(await gateway.charge("top_1", card("4000000000000002"), AMOUNT), declined);
    assertEquals(await gateway.charge("top_1", card("4242424242424242"), AMOUNT), declined);
    assertEquals(await gateway.charge("top_2", card("4242424242424242"), AMOUNT), {
      ...CHARGED,
    });
  }));

Deno.test("charge() charges once when it is asked many times at one moment", async () => {
  const store = openSqliteStore(":memory:");
  const gateway = createSandboxGateway(store.sandboxCharges);
  const numbers = ["4242424242424242", "4000000000000002"].map(card);
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, place) => {
      const number = numbers[place % 2] ?? card("4242424242424242");
      return gateway.charge("top_1", number, AMOUNT);
    }),
  );
  assertEquals(new Set(outcomes.map(({ status }) => status)).size, 1);
  assertEquals(await store.sandboxCharges.find("top_1"), {
    reference: "top_1",
    amountKurus: AMOUNT,
    last4: "4242",
    declined: null,
  });
  await store.close();
});

Deno.test("inquire() remembers a charge over a restart", async () => {
  const directory = await Deno.makeTempDir({ prefix: "kese-sandbox-" });
  const path = `${directory}/kese.db`;
  const before = openSqliteStore(path);
  const charge = createSandboxGateway(before.sandboxCharges).charge;
  await charge("top_1", card("4242424242424242"), AMOUNT);
  await before.close();
  const after = openSqliteStore(path);
  assertEquals(await createSandboxGateway(after.sandboxCharges).inquire("top_1"), {
    ...CHARGED,
  });
  await after.close();
  await Deno.remove(directory, { recursive: true });
});
