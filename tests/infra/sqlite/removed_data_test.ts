import { assertEquals } from "@std/assert";
import { randomBytes } from "node:crypto";
import { sha256 } from "../../../infra/crypto/digests.ts";
import { SqliteDatabase } from "../../../infra/sqlite/database.ts";
import { readFiles } from "../../support/database_dump.ts";
import { createCommands, PERSON } from "../../support/commands.ts";
import { type TemporaryFile, withTemporaryFile } from "../../support/temporary_store.ts";

const ID = { filo: "hergele", userNo: "1" };
const latin1 = new TextDecoder("latin1");

/**
 * Cards of accounts that are spread over the table's pages, the same in each run: SQLite rearranges a
 * full page without overwriting what it moves, which leaves about one row in 30,000 behind.
 */
function createRecords(name: string, count: number) {
  return Array.from({ length: count }, (_, place) => ({
    account: { filo: "hergele", userNo: sha256(`${name} ${place}`).slice(0, 12) },
    cardId: `card_${place}`,
    keyId: "k1",
    nonce: new Uint8Array(randomBytes(12)),
    ciphertext: new Uint8Array(randomBytes(32)),
    createdAt: place,
  }));
}

async function countIn(
  { directory }: TemporaryFile,
  searched: readonly string[],
): Promise<number> {
  const text = await readFiles(directory);
  return searched.filter((one) => text.includes(one)).length;
}

for (const count of [30, 1_000]) {
  Deno.test(`keepHouse() leaves nothing in the files of ${count} cards that were removed`, () =>
    withTemporaryFile(async (file) => {
      const store = file.open();
      const kept = createRecords("kept", count);
      const removed = createRecords("removed", count);
      const sealed = (records: typeof kept) =>
        records.map(({ ciphertext }) => latin1.decode(ciphertext));
      await store.vault.put([...kept, ...removed]);
      assertEquals(await countIn(file, sealed(removed)), count);
      await Promise.all(
        removed.map(({ account, cardId }) => store.vault.remove(account, [cardId])),
      );
      await store.keepHouse(0);
      // The log is emptied after the answer; what is written next is written after that.
      await store.keepHouse(0);
      assertEquals(await countIn(file, sealed(removed)), 0);
      assertEquals(await countIn(file, sealed(kept)), count);
      await store.close();
    }));
}

Deno.test("keepHouse() leaves nothing in the files of a person, a session or a code that is gone", () =>
  withTemporaryFile(async (file) => {
    const store = file.open();
    const profile = { ...PERSON.profile, surname: "Kaybolacakoğlu" };
    await store.accounts.insert(createCommands().opening(ID), { ...PERSON, profile });
    const [tokenHash, other] = ["a".repeat(64), "b".repeat(64)];
    const session = { account: ID, createdAt: 0 };
    await store.auth.addSession({ ...session, tokenHash, expiresAt: 1_000 }, 10);
    await store.auth.addSession({ ...session, tokenHash: other, expiresAt: 2_000 }, 10);
    const searched = ["Kaybolacako", tokenHash];
    assertEquals(await countIn(file, searched), 2);
    const erasing = new SqliteDatabase(file.path);
    erasing.prepare("DELETE FROM people").run();
    erasing.close();
    await store.keepHouse(1_000);
    await store.keepHouse(1_000);
    assertEquals(await countIn(file, searched), 0);
    assertEquals(await countIn(file, [other]), 1);
    await store.close();
  }));

Deno.test("keepHouse() is not held up by somebody who reads an older state", () =>
  withTemporaryFile(async (file) => {
    const store = file.open();
    const records = createRecords("removed", 30);
    const sealed = records.map(({ ciphertext }) => latin1.decode(ciphertext));
    await store.vault.put(records);
    const reader = new SqliteDatabase(file.path);
    reader.prepare("BEGIN").run();
    reader.prepare("SELECT count(*) FROM vault").get();
    await Promise.all(records.map(({ account, cardId }) => store.vault.remove(account, [cardId])));
    await store.keepHouse(0);
    await store.keepHouse(0);
    assertEquals(await countIn(file, sealed), 30);
    reader.prepare("COMMIT").run();
    await store.keepHouse(0);
    await store.keepHouse(0);
    assertEquals(await countIn(file, sealed), 0);
    reader.close();
    await store.close();
  }));
