import { assertEquals, assertMatch } from "@std/assert";
import { DatabaseSync } from "node:sqlite";
import { accountKey } from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type { VaultRecord } from "../../domain/ports.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { createUser, FLEET, openTestKese, send, type TestKese } from "../support/kese.ts";
import { withTemporaryFile } from "../support/temporary_store.ts";

const ONE_HOUR = 60 * 60 * 1_000;

/** Lends a test a Kese on a file, and a way to change that file behind its back. */
function withKeseInFile(
  test: (kese: TestKese, tamper: (sql: string) => void) => Promise<void>,
): Promise<void> {
  return withTemporaryFile(async ({ path, open }) => {
    const kese = await openTestKese({ store: open() });
    try {
      await test(kese, (sql) => {
        const database = new DatabaseSync(path);
        database.exec(sql);
        database.close();
      });
    } finally {
      await kese.close();
    }
  });
}

Deno.test("reconcile() says that everything adds up after payments, refunds and top-ups", async () => {
  const kese = await openTestKese();
  await createUser(kese, "1");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4242 4242 4242 4242" } });
  await send(kese, "POST /update_balance?userNo=1&balance=50");
  await send(kese, "POST /kart-saklamali-odeme?userNo=1&amount=10");
  await send(kese, "POST /iade?userNo=1");
  const report = await reconcile(kese);
  assertEquals(report, {
    accounts: 1,
    entries: 6,
    faults: [],
    topUps: { credited: 0, failed: 0, pending: 0 },
    vaultOrphans: 0,
    vaultRecords: 1,
  });
  await kese.close();
});

Deno.test("reconcile() closes a top-up whose answer was lost", async () => {
  const kese = await openTestKese();
  await createUser(kese, "1", "0");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4000 0000 0000 0119" } });
  const pending = await send(kese, "POST /update_balance?userNo=1&balance=50");
  kese.clock.advance(1);
  const report = await reconcile(kese);
  const balance = await send(kese, "GET /bakiye?userNo=1");
  assertEquals([pending.status, report.topUps.credited, balance.body.balance], [202, 1, "50.00"]);
  await kese.close();
});

Deno.test("reconcile() removes a card number that no account has named for an hour, and no other", async () => {
  const kese = await openTestKese();
  const { clock, dependencies: { vault }, store } = kese;
  await createUser(kese, "1");
  const saved = await send(kese, "POST /kart-saklama", {
    json: { userNo: "1", cardNo: "4242424242424242" },
  });
  const id = { filo: FLEET, userNo: "1" };
  const number = CardNumber.parse("5555555555554444");
  if (number === undefined) throw new Error("a well-known test number");
  await vault.keep(id, [{ cardId: "card_lost", number }], clock.now());
  assertEquals((await reconcile(kese)).vaultOrphans, 0);
  clock.advance(ONE_HOUR + 1);
  assertEquals((await reconcile(kese)).vaultOrphans, 1);
  const left = await store.vault.list({ createdBefore: clock.now() + 1, limit: 10 });
  assertEquals(left.map(({ cardId }) => cardId), [saved.body.card.cardId]);
  await kese.close();
});

Deno.test("reconcile() names each sealed card number that does not open", async () => {
  const kese = await openTestKese();
  const { store: { vault } } = kese;
  const changes: readonly ((record: VaultRecord) => Partial<VaultRecord>)[] = [
    ({ ciphertext }) => ({ ciphertext: flipped(ciphertext) }),
    ({ nonce }) => ({ nonce: flipped(nonce) }),
    ({ ciphertext }) => ({ ciphertext: ciphertext.slice(0, 3) }),
    () => ({ keyId: "gone" }),
    () => ({ account: { filo: FLEET, userNo: "9" } }),
  ];
  const named = await Promise.all(changes.map(async (change, place) => {
    const userNo = String(place + 1);
    const cardNo = "4242424242424242";
    await createUser(kese, userNo);
    const saved = await send(kese, "POST /kart-saklama", { json: { userNo, cardNo } });
    const { cardId } = saved.body.card;
    const record = await vault.get({ filo: FLEET, userNo }, cardId);
    if (record === undefined) throw new Error("it was saved");
    await vault.remove(record.account, [cardId]);
    const changed = { ...record, ...change(record) };
    await vault.put([changed]);
    return `${accountKey(changed.account)}: Cannot open card ${cardId}`;
  }));
  const { faults, vaultRecords } = await reconcile(kese);
  assertEquals(
    faults.map((fault) => fault.split(": ").slice(0, 2).join(": ")).sort(),
    named.sort(),
  );
  assertEquals(vaultRecords, changes.length);
  assertEquals(faults.some((fault) => fault.includes("4242")), false);
  await kese.close();
});

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, place) => place === 0 ? byte ^ 1 : byte);
}

Deno.test("reconcile() names an account whose last entry is gone, and proves the others", () =>
  withKeseInFile(async (kese, tamper) => {
    await createUser(kese, "1");
    await createUser(kese, "2");
    tamper("DELETE FROM journal WHERE account_no = 1");
    const { accounts, entries, faults } = await reconcile(kese);
    assertEquals([accounts, entries, faults.length], [2, 1, 1]);
    assertMatch(faults[0] ?? "", /^hergele\/1: Cannot follow the journal: there is no entry 1$/);
  }));

Deno.test("reconcile() names an account whose last payment is not its newest, or whose refunds are forgotten", () =>
  withKeseInFile(async (kese, tamper) => {
    for (const userNo of ["1", "2"]) {
      await createUser(kese, userNo);
      await send(kese, `POST /kart-saklamali-odeme?userNo=${userNo}&amount=10`);
      await send(kese, `POST /iade?userNo=${userNo}&amount=4`);
    }
    assertEquals((await reconcile(kese)).faults, []);
    tamper("DELETE FROM refunded; UPDATE heads SET last_payment = NULL WHERE account_no = 2");
    const { faults } = await reconcile(kese);
    assertEquals(faults.length, 2);
    assertMatch(
      faults[0] ?? "",
      /1: last payment is pay_\w+ of 10.00 with 0.00 .* with 4.00 refunded$/,
    );
    assertMatch(
      faults[1] ?? "",
      /2: last payment is none, must be pay_\w+ of 10.00 with 4.00 refunded$/,
    );
  }));

Deno.test("reconcile() names an account whose entry was changed in the file", () =>
  withKeseInFile(async (kese, tamper) => {
    await createUser(kese, "1");
    await createUser(kese, "2");
    tamper("UPDATE journal SET balance_after = balance_after + 1 WHERE account_no = 2");
    const { accounts, faults } = await reconcile(kese);
    assertEquals([accounts, faults.length], [2, 1]);
    assertMatch(faults[0] ?? "", /^hergele\/2: entries begin at 1 with 0.01$/);
  }));
