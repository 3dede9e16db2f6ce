import { assertEquals } from "@std/assert";
import { type EntryRow, toEntryRow } from "../../../infra/sqlite/entry_rows.ts";
import { createCommands } from "../../support/commands.ts";

const ID = { filo: "hergele", userNo: "1" };

Deno.test("toEntryRow() has each amount in its place, and no amount fits the place of another", () => {
  const { entry } = createCommands().opening(ID, { balanceKurus: 1_050 });
  const row = toEntryRow(entry);
  const [id, type, amount, delta, balanceAfter, at, key, facts] = row;
  assertEquals([id, type, at, key], [entry.id, "account_opened", entry.at, null]);
  const { amountKurus, deltaKurus, balanceAfterKurus } = entry;
  assertEquals<number[]>([amount, delta, balanceAfter], [
    amountKurus,
    deltaKurus,
    balanceAfterKurus,
  ]);
  // @ts-expect-error -- the delta stands where the amount belongs
  const swapped: EntryRow = [id, type, delta, amount, balanceAfter, at, key, facts];
  // @ts-expect-error -- the balance stands where the delta belongs
  const shifted: EntryRow = [id, type, amount, balanceAfter, delta, at, key, facts];
  assertEquals([swapped.length, shifted.length], [row.length, row.length]);
});
