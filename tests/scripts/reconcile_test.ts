import { assertEquals } from "@std/assert";
import { accountKey } from "../../domain/account.ts";
import { CardNumber } from "../../domain/card_number.ts";
import type { VaultRecord } from "../../domain/ports/card_vault.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { createUser, FLEET, openTestKese, send } from "../support/kese.ts";

const ONE_HOUR = 60 * 60 * 1_000;

Deno.test("reconcile() says that everything adds up after payments, refunds and top-ups", async () => {
  await using kese = await openTestKese();
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
    behind: [],
    halfErased: [],
    erasings: 0,
    unanswered: 0,
    topUps: { credited: 0, failed: 0, pending: 0, requires_action: 0 },
    cardRefunds: { completed: 0, failed: 0, pending: 0 },
    vaultOrphans: 0,
    vaultRecords: 1,
    days: 0,
  });
});

Deno.test("reconcile() closes a top-up whose answer was lost", async () => {
  await using kese = await openTestKese();
  await createUser(kese, "1", "0");
  await send(kese, "POST /kart-saklama", { json: { userNo: "1", cardNo: "4000 0000 0000 0119" } });
  const pending = await send(kese, "POST /update_balance?userNo=1&balance=50");
  kese.clock.advance(1);
  const report = await reconcile(kese);
  const balance = await send(kese, "GET /bakiye?userNo=1");
  assertEquals([pending.status, report.topUps.credited, balance.body.balance], [202, 1, "50.00"]);
});

Deno.test("reconcile() removes a card number that no account has named for an hour, and no other", async () => {
  await using kese = await openTestKese();
  const { clock, dependencies: { vault }, store } = kese;
  await createUser(kese, "1");
  const saved = await send(kese, "POST /kart-saklama", {
    json: { userNo: "1", cardNo: "4242424242424242" },
  });
  const id = { filo: FLEET, userNo: "1" };
  const number = CardNumber.parse("5555555555554444");
  if (number === undefined) throw new Error("a well-known test number");
  await vault.keep(
    id,
    [{ cardId: "card_lost", identity: number, gateway: "sandbox", token: null }],
    clock.now(),
  );
  assertEquals((await reconcile(kese)).vaultOrphans, 0);
  clock.advance(ONE_HOUR + 1);
  assertEquals((await reconcile(kese)).vaultOrphans, 1);
  const left = await store.vault.list({ createdBefore: clock.now() + 1, limit: 10 });
  assertEquals(left.map(({ cardId }) => cardId), [saved.body.card.cardId]);
});

Deno.test("reconcile() names each sealed card number that does not open", async () => {
  await using kese = await openTestKese();
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
  const { faults: all, vaultRecords } = await reconcile(kese);
  const [missing, ...faults] = all;
  // The last record went over to another user.
  assertEquals(
    missing?.replace(/card_\w+/, "…"),
    "hergele/5: card …: it is not in the vault",
  );
  assertEquals(
    faults.map((fault) => fault.split(": ").slice(0, 2).join(": ")).sort(),
    named.sort(),
  );
  assertEquals(vaultRecords, changes.length);
  assertEquals(faults.some((fault) => fault.includes("4242")), false);
});

function flipped(bytes: Uint8Array): Uint8Array {
  return bytes.map((byte, place) => place === 0 ? byte ^ 1 : byte);
}
