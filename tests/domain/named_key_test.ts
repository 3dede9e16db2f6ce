import { assertEquals } from "@std/assert";
import { askerOf, type Caller, lackingScope, SCOPES } from "../../domain/auth.ts";
import { isNamedKeyText, isUsable, orderScopes, useToNote } from "../../domain/named_key.ts";

const MINUTE = 60_000;
const HEX = "0123456789abcdef".repeat(4);
const CONFIGURED: Caller = { kind: "fleet", filo: "hergele" };
const NAMED: Caller = { ...CONFIGURED, key: { keyId: "key_1", scopes: ["read", "pay"] } };
const SESSION: Caller = {
  kind: "session",
  account: { filo: "hergele", userNo: "1" },
  tokenHash: "hash",
};

Deno.test("isNamedKeyText() takes the form of a named key, and no other", () => {
  assertEquals(isNamedKeyText(`kk_${HEX}`), true);
  const others = ["", "kk_", HEX, `ks_${HEX}`, `kk_${HEX}0`, `kk_${HEX.slice(1)}`, `kk_${HEX}\n`];
  for (const other of [...others, `kk_${HEX.toUpperCase()}`, `KK_${HEX}`, ` kk_${HEX}`]) {
    assertEquals(isNamedKeyText(other), false, other);
  }
});

Deno.test("isUsable() ends a key when it is revoked, and at the instant that it expires", () => {
  assertEquals(isUsable({}, 5), true);
  assertEquals(isUsable({ expiresAt: 6 }, 5), true);
  assertEquals(isUsable({ expiresAt: 5 }, 5), false);
  assertEquals(isUsable({ revokedAt: 9 }, 5), false);
  assertEquals(isUsable({ revokedAt: 1, expiresAt: 9 }, 5), false);
});

Deno.test("useToNote() gives the minute of a use once", () => {
  assertEquals(useToNote({}, 3 * MINUTE + 1), 3 * MINUTE);
  assertEquals(useToNote({ lastUsedAt: 2 * MINUTE }, 3 * MINUTE), 3 * MINUTE);
  assertEquals(useToNote({ lastUsedAt: 3 * MINUTE }, 4 * MINUTE - 1), undefined);
  // Another instance's clock is ahead.
  assertEquals(useToNote({ lastUsedAt: 4 * MINUTE }, 3 * MINUTE), undefined);
});

Deno.test("orderScopes() gives each scope once, in the order of them all", () => {
  assertEquals(orderScopes(["pay", "read", "pay"], SCOPES), ["read", "pay"]);
  assertEquals(orderScopes(["admin", ...SCOPES], SCOPES), [...SCOPES]);
});

Deno.test("lackingScope() holds named keys to their scopes, and nobody else", () => {
  assertEquals(SCOPES.map((scope) => lackingScope(NAMED, scope)), [
    undefined,
    undefined,
    "refund",
    "adjust",
    "admin",
  ]);
  for (const scope of [...SCOPES, undefined]) {
    assertEquals([CONFIGURED, SESSION].map((caller) => lackingScope(caller, scope)), [
      undefined,
      undefined,
    ]);
  }
  assertEquals(lackingScope(NAMED, undefined), undefined);
});

Deno.test("askerOf() names a named key by its id", () => {
  assertEquals([CONFIGURED, NAMED, SESSION].map(askerOf), ["fleet", "key_1", "session"]);
});
