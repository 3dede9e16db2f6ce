import { assertEquals } from "@std/assert";
import { cardSnapshot } from "../../domain/journal.ts";
import { testCard } from "../support/account.ts";

Deno.test("cardSnapshot() leaves out the fingerprint and says whether the card is selected", () => {
  const { fingerprint: _, ...shown } = testCard("card_1");
  assertEquals(cardSnapshot(testCard("card_1"), "card_1"), { ...shown, selected: true });
  assertEquals(cardSnapshot(testCard("card_1"), "card_2"), { ...shown, selected: false });
  assertEquals(cardSnapshot(testCard("card_1"), null), { ...shown, selected: false });
});
