import { assertEquals } from "@std/assert";
import type { AccountId } from "../../domain/account.ts";
import { accountFor, type Caller, SESSION_TOKEN_PREFIX } from "../../domain/auth.ts";

const FLEET: Caller = { kind: "fleet", filo: "hergele" };
const SESSION: Caller = {
  kind: "session",
  account: { filo: "hergele", userNo: "123456" },
  tokenHash: "hash",
};

interface Naming {
  readonly name: string;
  readonly caller: Caller;
  readonly named: { userNo: string; filo?: string };
  readonly expected: AccountId | undefined;
}

const NAMINGS: readonly Naming[] = [
  {
    name: "lets a fleet act for any of its users",
    caller: FLEET,
    named: { userNo: "654321" },
    expected: { filo: "hergele", userNo: "654321" },
  },
  {
    name: "keeps a fleet within itself, whatever fleet the request names",
    caller: FLEET,
    named: { userNo: "654321", filo: "baska" },
    expected: { filo: "hergele", userNo: "654321" },
  },
  {
    name: "lets a user act for himself",
    caller: SESSION,
    named: { userNo: "123456" },
    expected: { filo: "hergele", userNo: "123456" },
  },
  {
    name: "lets a user act for himself when he names his fleet",
    caller: SESSION,
    named: { userNo: "123456", filo: "hergele" },
    expected: { filo: "hergele", userNo: "123456" },
  },
  {
    name: "keeps a user from another user",
    caller: SESSION,
    named: { userNo: "654321" },
    expected: undefined,
  },
  {
    name: "keeps a user from another user of a fleet that he names",
    caller: SESSION,
    named: { userNo: "654321", filo: "hergele" },
    expected: undefined,
  },
  {
    name: "keeps a user from his namesake in another fleet",
    caller: SESSION,
    named: { userNo: "123456", filo: "baska" },
    expected: undefined,
  },
  {
    name: "takes an empty fleet for another one",
    caller: SESSION,
    named: { userNo: "123456", filo: "" },
    expected: undefined,
  },
  {
    name: "tells user numbers apart to the letter",
    caller: SESSION,
    named: { userNo: "0123456" },
    expected: undefined,
  },
];

for (const { name, caller, named, expected } of NAMINGS) {
  Deno.test(`accountFor() ${name}`, () => assertEquals(accountFor(caller, named), expected));
}

Deno.test("SESSION_TOKEN_PREFIX begins a token as the contract says", () => {
  assertEquals(SESSION_TOKEN_PREFIX, "ks_");
});
