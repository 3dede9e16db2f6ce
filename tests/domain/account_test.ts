import { assertEquals } from "@std/assert";
import { accountKey, findCard, fromAccountKey } from "../../domain/account.ts";
import { testAccount, testCard } from "../support/account.ts";

Deno.test("accountKey() joins fleet and user", () => {
  assertEquals(accountKey({ filo: "hergele", userNo: "123456" }), "hergele/123456");
});

Deno.test("accountKey() is another for each fleet and each user", () => {
  const names = ["a", "b", "ab", "a-b", "a_b"];
  const keys = names.flatMap((filo) => names.map((userNo) => accountKey({ filo, userNo })));
  assertEquals(new Set(keys).size, names.length ** 2);
});

Deno.test("findCard() finds a saved card by its id and nothing by none", () => {
  const cards = [testCard("card_1"), testCard("card_2")];
  const account = testAccount({ cards });
  assertEquals(findCard(account, "card_2"), cards[1]);
  assertEquals(findCard(account, "card_3"), undefined);
  assertEquals(findCard(account, null), undefined);
});

Deno.test("fromAccountKey() gives back the id that accountKey() wrote", () => {
  const id = { filo: "hergele-2", userNo: "A_1-b" };
  assertEquals(fromAccountKey(accountKey(id)), id);
});
