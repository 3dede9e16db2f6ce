import { assertEquals, assertRejects } from "@std/assert";
import type { Kurus } from "../../../domain/money.ts";
import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import { createSandboxGateway } from "../../../infra/gateways/sandbox.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import { NOW } from "../../support/clock.ts";
import { testOrder } from "../../support/scripted_gateway.ts";

const AMOUNT = 1_000 as Kurus;
const CHARGED = { status: "charged", providerRef: "sbx_top_1", amountKurus: AMOUNT } as const;
const CLOCK = { now: () => NOW };

function order(digits: string, reference = "top_1") {
  return testOrder({ reference, digits, amountKurus: AMOUNT });
}

async function withGateway(test: (gateway: CardGateway) => Promise<void>): Promise<void> {
  const store = openSqliteStore(":memory:");
  try {
    await test(createSandboxGateway(store.sandboxCharges, CLOCK));
  } finally {
    await store.close();
  }
}

for (
  const digits of ["4242424242424242", "5555555555554444", "9792030000000000", "378282246310005"]
) {
  Deno.test(`charge() charges ${digits.slice(0, 4)}…${digits.slice(-4)}`, () =>
    withGateway(async (gateway) => {
      assertEquals(await gateway.charge(order(digits, "top_1")), CHARGED);
      assertEquals(await gateway.inquire(order("4242424242424242", "top_1")), CHARGED);
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
      assertEquals(await gateway.charge(order(digits, "top_1")), declined);
      assertEquals(await gateway.inquire(order("4242424242424242", "top_1")), declined);
    }));
}

Deno.test("charge() of 4000…0119 never answers, and inquire() says that it charged", () =>
  withGateway(async (gateway) => {
    const charge = () => gateway.charge(order("4000000000000119", "top_1"));
    await assertRejects(charge, Error, "timed out");
    await assertRejects(charge, Error, "timed out");
    assertEquals(await gateway.inquire(order("4242424242424242", "top_1")), CHARGED);
  }));

Deno.test("inquire() does not know a reference that was never charged", () =>
  withGateway(async (gateway) => {
    await gateway.charge(order("4242424242424242", "top_1"));
    assertEquals(await gateway.inquire(order("4242424242424242", "top_2")), {
      status: "not_found",
    });
  }));

Deno.test("charge() has one outcome for a reference, whatever it is asked later", () =>
  withGateway(async (gateway) => {
    const declined = { status: "declined", reason: "declined" } as const;
    assertEquals(await gateway.charge(order("4000000000000002", "top_1")), declined);
    assertEquals(await gateway.charge(order("4242424242424242", "top_1")), declined);
    assertEquals(await gateway.charge(order("4242424242424242", "top_2")), {
      ...CHARGED,
      providerRef: "sbx_top_2",
    });
  }));

Deno.test("charge() charges once when it is asked many times at one moment", async () => {
  const store = openSqliteStore(":memory:");
  const gateway = createSandboxGateway(store.sandboxCharges, CLOCK);
  const numbers = ["4242424242424242", "4000000000000002"];
  const outcomes = await Promise.all(
    Array.from({ length: 20 }, (_, place) => {
      return gateway.charge(order(numbers[place % 2] ?? ""));
    }),
  );
  assertEquals(new Set(outcomes.map(({ status }) => status)).size, 1);
  assertEquals(await store.sandboxCharges.find("top_1"), {
    reference: "top_1",
    amountKurus: AMOUNT,
    last4: "4242",
    declined: null,
    waits: false,
    refunds: [],
  });
  await store.close();
});

Deno.test("inquire() remembers a charge over a restart", async () => {
  const directory = await Deno.makeTempDir({ prefix: "kese-sandbox-" });
  const path = `${directory}/kese.db`;
  const before = openSqliteStore(path);
  const charge = createSandboxGateway(before.sandboxCharges, CLOCK).charge;
  await charge(order("4242424242424242"));
  await before.close();
  const after = openSqliteStore(path);
  assertEquals(
    await createSandboxGateway(after.sandboxCharges, CLOCK).inquire(
      order("4242424242424242", "top_1"),
    ),
    {
      ...CHARGED,
    },
  );
  await after.close();
  await Deno.remove(directory, { recursive: true });
});
