import { assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { createCursors } from "../../../infra/crypto/cursors.ts";

const CURSORS = createCursors(() => new Uint8Array(32).fill(7));

Deno.test("createCursors() gives a place back to whom it was handed, and to nobody else", () => {
  const cursor = CURSORS.seal("hergele", "12345");
  assertMatch(cursor, /^[\w-]{40,}$/);
  assertEquals(CURSORS.open("hergele", cursor), "12345");
  assertEquals(CURSORS.open("baska", cursor), undefined);
  assertEquals(CURSORS.open("hergele/1", cursor), undefined);
  const others = createCursors(() => new Uint8Array(32).fill(8));
  assertEquals(others.open("hergele", cursor), undefined);
});

Deno.test("createCursors() shows nothing of a place, not even that two are the same", () => {
  const [first, second] = [CURSORS.seal("hergele", "1"), CURSORS.seal("hergele", "1")];
  assertNotEquals(first, second);
});

Deno.test("createCursors() opens no other text", () => {
  const cursor = CURSORS.seal("hergele", "12345");
  const changed = `${cursor.slice(0, -2)}${cursor.endsWith("AA") ? "BB" : "AA"}`;
  for (const text of ["", "s12", "pay_01JABCDEFGHJKMNPQRSTVWXYZ0", cursor.slice(1), changed]) {
    assertEquals(CURSORS.open("hergele", text), undefined, text);
  }
});
