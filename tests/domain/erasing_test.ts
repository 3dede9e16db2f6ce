import { assertEquals } from "@std/assert";
import { rejected } from "../../domain/decision.ts";
import { entryHash } from "../../domain/entry_chain.ts";
import { decideErasing, eraseEntry } from "../../domain/erasing.ts";
import { checkKey } from "../../domain/fold.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { accept, COMMAND, testAccount, testCards } from "../support/account.ts";

const digest = (text: string) => `digest of ${text}`;
const FACTS = {
  id: "ent_1",
  seq: 1,
  at: 1,
  requestId: "request",
  by: "fleet",
  amountKurus: 0,
  deltaKurus: 0,
  balanceAfterKurus: 0,
};
const IDEMPOTENCY = { keyHash: "0123456789abcdef", fingerprint: "print", language: "tr" };
const ERASED_PRINT = { ...IDEMPOTENCY, fingerprint: { erased: "digest of print" } };
const ride = { orderId: "a", description: "b" };
const erasedRide = { orderId: { erased: "digest of a" }, description: { erased: "digest of b" } };

function entry(facts: object): JournalEntry {
  return { ...FACTS, ...facts } as unknown as JournalEntry;
}

const ERASING = { ...COMMAND, keepTexts: false };

Deno.test("decideErasing() marks a closed account once, and no other", () => {
  for (const status of ["active", "frozen"] as const) {
    const refused = rejected({ code: "account_not_closed" });
    assertEquals(decideErasing(testAccount({ status }), ERASING), refused);
  }
  const closed = testAccount({ status: "closed", cards: testCards(2), selectedCardId: "card_1" });
  const { account, entry } = accept(decideErasing(closed, ERASING));
  assertEquals("keepsTexts" in entry, false);
  const kept = accept(decideErasing(closed, { ...ERASING, keepTexts: true }));
  assertEquals(kept.entry.keepsTexts, true);
  assertEquals([account.status, account.cards, account.selectedCardId], ["erased", [], null]);
  assertEquals(decideErasing(account, ERASING), { outcome: "unchanged" });
});

/** An entry, what is left of it without its texts, and what with them; undefined if nothing changes. */
const ENTRIES: readonly (readonly [facts: object, bare?: object, withTexts?: object])[] = [
  [{ type: "payment", idempotency: IDEMPOTENCY }],
  [
    { type: "payment", ...ride, idempotency: IDEMPOTENCY },
    { type: "payment", ...erasedRide, idempotency: ERASED_PRINT },
  ],
  [{ type: "hold_placed", expiresAt: 5, ...ride }, {
    type: "hold_placed",
    expiresAt: 5,
    ...erasedRide,
  }],
  [
    { type: "refund", paymentId: "pay_1", reason: "c" },
    { type: "refund", paymentId: "pay_1", reason: { erased: "digest of c" } },
  ],
  // Their reasons are of a list.
  [{ type: "adjustment", direction: "credit", reason: "cash", idempotency: IDEMPOTENCY }],
  [{ type: "top_up_failed", topUpId: "top_1", reason: "declined" }],
  [
    { type: "adjustment", reason: "cash", note: "d" },
    { type: "adjustment", reason: "cash", note: { erased: "digest of d" } },
  ],
  [
    { type: "card_saved", card: { cardId: "card_1", fingerprint: "f" }, idempotency: IDEMPOTENCY },
    {
      type: "card_saved",
      card: { cardId: "card_1", fingerprint: { erased: "digest of f" } },
      idempotency: ERASED_PRINT,
    },
    {
      type: "card_saved",
      card: { cardId: "card_1", fingerprint: { erased: "digest of f" } },
      idempotency: ERASED_PRINT,
    },
  ],
  [
    { type: "account_opened", cards: [{ cardId: "card_1", fingerprint: "f" }] },
    {
      type: "account_opened",
      cards: [{ cardId: "card_1", fingerprint: { erased: "digest of f" } }],
    },
    {
      type: "account_opened",
      cards: [{ cardId: "card_1", fingerprint: { erased: "digest of f" } }],
    },
  ],
];

for (const [facts, bare, withTexts] of ENTRIES) {
  Deno.test(`eraseEntry() leaves the hash of ${JSON.stringify(facts)} as it is`, () => {
    const before = entry(facts);
    const erased = eraseEntry(before, { digest, keepTexts: false });
    assertEquals(erased, bare && entry(bare));
    const kept = eraseEntry(before, { digest, keepTexts: true });
    assertEquals(kept, withTexts && entry(withTexts));
    const link = { account: "hergele/1", previous: "", digest };
    for (const after of [erased, kept]) {
      if (after === undefined) continue;
      assertEquals(entryHash(after, link), entryHash(before, link));
      // Once more changes nothing.
      assertEquals(eraseEntry(after, { digest, keepTexts: false }) ?? after, erased ?? after);
    }
  });
}

Deno.test("checkKey() takes a key whose request was erased for none, because it can be answered no more", () => {
  const command = { ...COMMAND, idempotency: { ...IDEMPOTENCY, language: "tr" } } as const;
  const kept = entry({ type: "payment", idempotency: IDEMPOTENCY });
  const erased = entry({ type: "payment", idempotency: ERASED_PRINT });
  assertEquals(checkKey(command, new Map([[IDEMPOTENCY.keyHash, kept]])), kept);
  assertEquals(checkKey(command, new Map([[IDEMPOTENCY.keyHash, erased]])), undefined);
});
