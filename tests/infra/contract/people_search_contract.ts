import { assertEquals } from "@std/assert";
import type { AccountId } from "../../../domain/account.ts";
import { decideFreezing } from "../../../domain/account_status.ts";
import type {
  FoundPeople,
  PeopleQuery,
  PeopleSearch,
} from "../../../domain/ports/people_search.ts";
import { commitTo, createCommands, paying, PERSON } from "../../support/commands.ts";
import { NOW } from "../../support/clock.ts";
import type { ContractStore, WithStore } from "./contract_store.ts";

const NUMBERS = ["-", "1", "1-", "10", "100", "11", "2", "A", "_", "a", "z"];
const OTHERS: readonly AccountId[] = [{ filo: "hergel", userNo: "1" }, {
  filo: "hergele0",
  userNo: "1",
}];

function numbersOf({ people }: FoundPeople): string[] {
  return people.map(({ account: { id } }) => id.userNo);
}

async function numbersOfAll(search: PeopleSearch, asked: PeopleQuery): Promise<string[]> {
  const numbers: string[] = [];
  for (let after = asked.after;;) {
    const page = await search.search("hergele", {
      ...asked,
      ...(after !== undefined && { after }),
    });
    numbers.push(...numbersOf(page));
    if (page.next === undefined) return numbers;
    after = page.next;
  }
}

/** What every {@linkcode PeopleSearch} has to do. */
export function peopleSearchContract(name: string, withStore: WithStore<ContractStore>): void {
  const test = (what: string, body: (store: ContractStore) => Promise<void>) =>
    Deno.test(`${name}: search() ${what}`, () =>
      withStore(async (store) => {
        const commands = createCommands();
        const own = NUMBERS.map((userNo): AccountId => ({ filo: "hergele", userNo }));
        for (const id of [...own, ...OTHERS]) {
          const profile = {
            ...PERSON.profile,
            name: `Ü ${id.userNo}`,
            email: `${id.userNo}@a.com`,
          };
          const opening = commands.opening(id, { balanceKurus: 1_000 });
          await store.accounts.insert(opening, { ...PERSON, profile });
        }
        await body(store);
      }));
  const list = ({ peopleSearch }: ContractStore, asked: Partial<PeopleQuery>) =>
    numbersOfAll(peopleSearch, { limit: 3, ...asked });

  test("gives every user of the fleet once, in the order of their numbers", async (store) => {
    for (const limit of [1, 4, NUMBERS.length, 100]) {
      assertEquals(await list(store, { limit }), NUMBERS.toSorted());
    }
    const page = await store.peopleSearch.search("hergele", { limit: NUMBERS.length });
    assertEquals(page.next, undefined, "nothing is left after a page that is just full");
    assertEquals(numbersOf(await store.peopleSearch.search("hergel", { limit: 9 })), ["1"]);
    assertEquals((await store.peopleSearch.search("nobody", { limit: 9 })).people, []);
  });

  test("gives what there is of a user, and when the account was opened", async (store) => {
    const commands = createCommands();
    const id = { filo: "hergele", userNo: "10" };
    for (let count = 0; count < 40; count++) {
      await commitTo(store.accounts, id, paying(commands.payment(1, { entryId: `pay_x${count}` })));
    }
    const { people: [found] } = await store.peopleSearch.search("hergele", {
      limit: 1,
      prefix: "10",
    });
    assertEquals(found && { ...found, account: undefined }, {
      account: undefined,
      createdAt: NOW + 1 + NUMBERS.indexOf("10"),
      person: { name: "Ü 10", surname: "Doe" },
    });
    const { status, balanceKurus, openHolds } = found?.account ?? {};
    assertEquals([status, Number(balanceKurus), openHolds], ["active", 960, []]);
  });

  test("finds by the beginning of the number", async (store) => {
    const table: readonly (readonly [string, readonly string[]])[] = [
      ["1", ["1", "1-", "10", "100", "11"]],
      ["10", ["10", "100"]],
      ["a", ["a"]],
      ["_", ["_"]],
      ["-", ["-"]],
      ["3", []],
    ];
    for (const [prefix, numbers] of table) assertEquals(await list(store, { prefix }), numbers);
    assertEquals(await list(store, { prefix: "1", after: "10" }), ["100", "11"]);
  });

  test("finds by the whole telephone number and address, as they are now", async (store) => {
    const id = { filo: "hergele", userNo: "11" };
    assertEquals(await list(store, { email: "11@a.com" }), ["11"]);
    assertEquals(await list(store, { email: "11@a.co" }), []);
    await store.people.change(id, { phoneNumber: "+905321234567", email: "new@a.com" });
    assertEquals(await list(store, { email: "11@a.com" }), []);
    assertEquals(await list(store, { email: "new@a.com" }), ["11"]);
    assertEquals(await list(store, { phoneNumber: "+905321234567" }), ["11"]);
    assertEquals(await list(store, { phoneNumber: "+905321234567", email: "1@a.com" }), []);
    assertEquals(await list(store, { phoneNumber: "+905321234567", email: "new@a.com" }), ["11"]);
    assertEquals(await list(store, { phoneNumber: "+905321234567", prefix: "2" }), []);
    const shared = NUMBERS.toSorted().filter((userNo) => userNo !== "11");
    assertEquals(await list(store, { phoneNumber: PERSON.profile.phoneNumber }), shared);
    const others = await store.peopleSearch.search("hergel", { limit: 9, email: "new@a.com" });
    assertEquals(others.people, []);
  });

  test("finds by status", async (store) => {
    const commands = createCommands();
    for (const userNo of ["10", "z"]) {
      const command = { ...commands.next(), entryId: `ent_frozen_${userNo}` };
      await commitTo(
        store.accounts,
        { filo: "hergele", userNo },
        (account) => decideFreezing(account, command),
      );
    }
    assertEquals(await list(store, { statuses: ["frozen"] }), ["10", "z"]);
    assertEquals(await list(store, { limit: 1, statuses: ["frozen"] }), ["10", "z"]);
    assertEquals(await list(store, { statuses: ["frozen"], prefix: "1" }), ["10"]);
    assertEquals(await list(store, { statuses: ["closed", "erased"] }), []);
    const active = NUMBERS.toSorted().filter((userNo) => !["10", "z"].includes(userNo));
    assertEquals(await list(store, { statuses: ["active"] }), active);
  });
}
