import { openAccount } from "../../domain/account_opening.ts";
import { type Kurus, kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import type { Store } from "../../infra/store.ts";
import { type Kese, openKese, readEnvironmentOrExit } from "../../main.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import { FLEET, OPENING_KURUS, PAYMENT_KURUS, userNo, USERS, VARIABLES } from "../fleet.ts";
import type { Books, Contender, Filling } from "./contender.ts";

/** Work that a store is given at one time while it is filled. */
const AT_ONCE = 100;

const PERSON = {
  profile: {
    name: "Deniz",
    surname: "Yolcu",
    birthDate: "1990-01-01",
    phoneNumber: "555-5555",
    email: "deniz@example.com",
  },
  // A payment asks for no authCode, so nobody has to sign in with this one.
  authCodeHash: "",
};

/** All of Kese, as main.ts puts it together, with its users, on a store. */
export async function openKeseOn(
  store: Store,
  { keepsBooks = true }: { readonly keepsBooks?: boolean } = {},
): Promise<Contender> {
  const kese = await openKese(readEnvironmentOrExit(VARIABLES), { store });
  let users = 0;
  const addUsers = async (count: number) => {
    const from = users;
    await inTurns(count, (place) => createUser(kese, from + place));
    users += count;
  };
  await addUsers(USERS);
  return {
    fetch: kese.fetch,
    fill: async (filling: Filling) => {
      if ("users" in filling) await addUsers(filling.users - users);
      if ("keys" in filling) {
        await inTurns(filling.keys, (place) => pay(kese, 0, `${place}`.padEnd(32, "x")));
        return filling.keys;
      }
      if ("payments" in filling) {
        const { payments, of: { users, from = 0 } } = filling;
        await inTurns(payments * users, (place) => pay(kese, from + place % users));
        return payments * users;
      }
      return 0;
    },
    ...(keepsBooks && { books: async () => ({ users, ...await booksOf(kese) }) }),
    close: kese.close,
  };
}

async function inTurns(count: number, work: (place: number) => Promise<unknown>): Promise<void> {
  for (let from = 0; from < count; from += AT_ONCE) {
    const length = Math.min(AT_ONCE, count - from);
    await Promise.all(Array.from({ length }, (_, place) => work(from + place)));
  }
}

async function createUser({ store, dependencies: { clock, ids } }: Kese, place: number) {
  const at = clock.now();
  const opening = openAccount({
    account: { filo: FLEET, userNo: userNo(place) },
    entryId: ids.next("ent", at),
    at,
    requestId: "bench",
    by: "fleet" as const,
    balanceKurus: OPENING_KURUS as Kurus,
    cards: [],
  });
  if (!await store.accounts.insert(opening, PERSON)) throw new Error(`There is a user ${place}`);
}

async function pay(
  { dependencies: { accounts, clock, ids } }: Kese,
  place: number,
  keyHash?: string,
): Promise<void> {
  const at = clock.now();
  const command = {
    entryId: ids.next("pay", at),
    at,
    requestId: "bench",
    by: "fleet" as const,
    amountKurus: kurus(PAYMENT_KURUS),
    ...(keyHash !== undefined && {
      idempotency: { keyHash, fingerprint: keyHash, language: "tr" as const },
    }),
  };
  const { outcome } = await accounts.update(
    { account: { filo: FLEET, userNo: userNo(place) }, command },
    ({ account }) => decidePayment(account, command),
  );
  if (outcome !== "accepted") throw new Error(`Cannot fill: a payment was ${outcome}`);
}

/** Every account against its journal, and what all of them hold. */
async function booksOf(kese: Kese): Promise<Omit<Books, "users">> {
  const { accounts, faults } = await reconcile(kese);
  let balanceKurus = 0;
  for (let place = 0; place < accounts; place++) {
    const account = await kese.dependencies.accounts.read({ filo: FLEET, userNo: userNo(place) });
    balanceKurus += account?.balanceKurus ?? 0;
  }
  return { balanceKurus, faults };
}
