import { assertEquals } from "@std/assert";
import { createCommands, PERSON } from "../../support/commands.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const ID = { filo: "hergele", userNo: "1" };
const STRANGERS = [{ filo: "hergele", userNo: "2" }, { ...ID, filo: "baska" }];

/** What every {@linkcode People} has to do. */
export function peopleContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (store: ContractStore) => Promise<void>) =>
    Deno.test(`${name}: ${what}`, () =>
      withStore(async (store) => {
        await store.accounts.insert(createCommands().opening(ID), PERSON);
        await body(store);
      }));

  test("find() and authCodeHash() give what is kept of a user, and nothing of an unknown one", async ({ people }) => {
    assertEquals(await people.find(ID), PERSON.profile);
    assertEquals(await people.authCodeHash(ID), PERSON.authCodeHash);
    for (const stranger of STRANGERS) {
      assertEquals(await people.find(stranger), undefined);
      assertEquals(await people.authCodeHash(stranger), undefined);
    }
  });

  test("change() changes what it is given and leaves the rest, the account included", async ({ accounts, people }) => {
    const before = await accounts.load(ID);
    const changes = { surname: "Öztürk", email: "cagri@example.com" };
    const changed = { ...PERSON.profile, ...changes };
    assertEquals(await people.change(ID, changes), changed);
    assertEquals(await people.find(ID), changed);
    assertEquals(await people.authCodeHash(ID), PERSON.authCodeHash);
    assertEquals(await accounts.load(ID), before);
    for (const stranger of STRANGERS) {
      assertEquals(await people.change(stranger, changes), undefined);
      assertEquals(await people.find(stranger), undefined);
    }
  });

  test("change() loses no field when several are changed at one moment", async ({ people }) => {
    await Promise.all([
      people.change(ID, { name: "A" }),
      people.change(ID, { surname: "B" }),
      people.change(ID, { phoneNumber: "+905321234567" }),
    ]);
    assertEquals(await people.find(ID), {
      ...PERSON.profile,
      name: "A",
      surname: "B",
      phoneNumber: "+905321234567",
    });
  });

  test("changeAuthCode() replaces the hash of a user, and makes none for an unknown one", async ({ people }) => {
    assertEquals(await people.changeAuthCode(ID, "another"), true);
    assertEquals(await people.authCodeHash(ID), "another");
    for (const stranger of STRANGERS) {
      assertEquals(await people.changeAuthCode(stranger, "another"), false);
      assertEquals(await people.authCodeHash(stranger), undefined);
    }
  });
}
