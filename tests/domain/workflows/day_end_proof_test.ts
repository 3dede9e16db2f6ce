import { assertEquals } from "@std/assert";
import type { JournalEntry } from "../../../domain/journal.ts";
import { kurus } from "../../../domain/money.ts";
import { createDayEndProof } from "../../../domain/workflows/day_end_proof.ts";
import { openSqliteStore } from "../../../infra/sqlite/store.ts";
import { createTestClock, DAY, NOW } from "../../support/clock.ts";
import { createCommands, PERSON } from "../../support/commands.ts";

const ID = { filo: "hergele", userNo: "1" };

/** A store with one account of 100.00, and its one entry. */
async function openOne() {
  const store = openSqliteStore(":memory:");
  const { entry } = createCommands().opening(ID, { balanceKurus: 10_000 });
  await store.accounts.insert(createCommands().opening(ID, { balanceKurus: 10_000 }), PERSON);
  const clock = createTestClock(NOW + 3 * DAY);
  const proof = await createDayEndProof({
    store: store.dayEnds,
    clock,
    timeZone: "Europe/Istanbul",
  });
  return { store, entry, proof };
}

Deno.test("prove() names a fleet whose balances its days do not add up to", async () => {
  const { store, entry, proof } = await openOne();
  const days = proof.ofAccount(ID.filo);
  days.add(entry);
  days.count(kurus(9_999));
  const { faults } = await proof.prove({ mayKeep: true });
  assertEquals(faults, ["hergele: its days add up to 100.00, must be 99.99"]);
  await store.close();
});

Deno.test("prove() counts what was read of an account once, when it is known to count", async () => {
  const { store, entry, proof } = await openOne();
  // Read twice, as what looks wrong at first is.
  proof.ofAccount(ID.filo).add(entry);
  const days = proof.ofAccount(ID.filo);
  days.add(entry);
  days.count(kurus(10_000));
  assertEquals(await proof.prove({ mayKeep: true }), { days: 3, faults: [] });
  await store.close();
});

Deno.test("prove() keeps no day when told not to, and compares those that are kept", async () => {
  const { store, entry, proof } = await openOne();
  const days = proof.ofAccount(ID.filo);
  days.add(entry);
  days.count(kurus(10_000));
  assertEquals(await proof.prove({ mayKeep: false }), { days: 0, faults: [] });
  assertEquals(await Array.fromAsync(store.dayEnds.kept()), []);
  await store.close();
});

Deno.test("prove() passes over what is no amount and no time, which is named elsewhere", async () => {
  const { store, entry, proof } = await openOne();
  const days = proof.ofAccount(ID.filo);
  days.add(entry);
  for (const damage of [{ at: NaN }, { at: "x" }, { amountKurus: 0.5 }, { deltaKurus: "7" }]) {
    days.add({ ...entry, ...damage } as unknown as JournalEntry);
  }
  days.count(kurus(10_000));
  assertEquals((await proof.prove({ mayKeep: true })).faults, []);
  await store.close();
});
