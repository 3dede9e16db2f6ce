import { assertEquals } from "@std/assert";
import type { ContractStore, WithStore } from "./contract_store.ts";

/** What every `StoreMeta` has to do. */
export function storeMetaContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (meta: ContractStore["meta"]) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () => withStore(({ meta }) => body(meta)));

  test("swap() puts a text in the place of the one that is named, and of no other", async (meta) => {
    assertEquals(await meta.get("a"), undefined);
    assertEquals(await meta.swap("a", "none", "1"), false);
    assertEquals(await meta.get("a"), undefined);
    assertEquals(await meta.swap("a", undefined, "1"), true);
    assertEquals(await meta.swap("a", undefined, "2"), false);
    assertEquals(await meta.swap("a", "2", "3"), false);
    assertEquals(await meta.get("a"), "1");
    assertEquals(await meta.swap("a", "1", "2"), true);
    assertEquals([await meta.get("a"), await meta.get("b")], ["2", undefined]);
  });

  test("swap() lets one through of many at one moment", async (meta) => {
    const texts = ["a", "b", "c", "d", "e", "f", "g", "h"];
    let was: string | undefined;
    for (let round = 0; round < 3; round++) {
      const swapped = await Promise.all(
        texts.map((text) => meta.swap("raced", was, `${round} ${text}`)),
      );
      assertEquals(swapped.filter(Boolean).length, 1);
      const now = await meta.get("raced");
      assertEquals(now, `${round} ${texts[swapped.indexOf(true)]}`);
      was = now;
    }
  });
}
