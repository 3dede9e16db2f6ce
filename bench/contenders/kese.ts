import { openAccount } from "../../domain/account_opening.ts";
import { QUEUE_PER_ACCOUNT, SESSION_TTL_SECONDS } from "../../domain/limits.ts";
import { type Kurus, kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import type { Store } from "../../infra/store.ts";
import { type Kese, openKese, readEnvironmentOrExit } from "../../main.ts";
import { reconcile } from "../../scripts/reconcile.ts";
import {
  FLEET,
  OPENING_KURUS,
  PAYMENT_KURUS,
  sessionToken,
  userNo,
  USERS,
  VARIABLES,
} from "../fleet.ts";
import type { Contender, Filling, PaymentFilling } from "./contender.ts";

/** What makes it another contender, or fit for another store. */
export interface KeseOptions {
  readonly keepsBooks?: boolean;
  /** Accounts that are opened or read at one time: on MongoDB each takes a connection. */
  readonly accountsAtOnce?: number;
}

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
  { keepsBooks = true, accountsAtOnce = 100 }: KeseOptions = {},
): Promise<Contender> {
  const kese = await openKese(readEnvironmentOrExit(VARIABLES), { store });
  let users = 0;
  const addUsers = async (count: number) => {
    const from = users;
    await inTurns(count, accountsAtOnce, (place) => createUser(kese, from + place));
    users += count;
  };
  await addUsers(USERS);
  await inTurns(USERS, accountsAtOnce, (place) => startSession(kese, place));
  return {
    fetch: kese.fetch,
    fill: async (filling: Filling) => {
      if ("users" in filling) {
        await addUsers(filling.users - users);
        return 0;
      }
      return await fillWith(kese, filling);
    },
    ...(keepsBooks && {
      books: async () => {
        let balanceKurus = 0;
        await inTurns(users, accountsAtOnce, async (place) => {
          const own = await balanceOf(kese, place);
          balanceKurus += own;
        });
        return { users, balanceKurus };
      },
      faults: async () => (await reconcile(kese)).faults,
    }),
    close: kese.close,
  };
}

async function inTurns(
  count: number,
  atOnce: number,
  work: (place: number) => Promise<unknown>,
): Promise<void> {
  for (let from = 0; from < count; from += atOnce) {
    const length = Math.min(atOnce, count - from);
    await Promise.all(Array.from({ length }, (_, place) => work(from + place)));
  }
}

export async function createUser(
  { store, dependencies: { clock, ids } }: Kese,
  place: number,
): Promise<void> {
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

async function startSession(
  { store, dependencies: { clock, digests } }: Kese,
  place: number,
): Promise<void> {
  const account = { filo: FLEET, userNo: userNo(place) };
  const tokenHash = digests.secret(sessionToken(place));
  const createdAt = clock.now();
  const expiresAt = createdAt + SESSION_TTL_SECONDS * 1_000;
  await store.auth.addSession({ account, tokenHash, createdAt, expiresAt }, 1);
}

/** So many payments by each of some users; gives how many they were together. */
export async function fillWith(kese: Kese, { payments, of }: PaymentFilling): Promise<number> {
  const { users, from = 0, keyed = false } = of;
  // As many as may wait if all of them are of one account.
  await inTurns(payments * users, QUEUE_PER_ACCOUNT, (place) => {
    return pay(kese, from + place % users, keyed);
  });
  return payments * users;
}

export async function pay(
  { dependencies: { accounts, clock, ids } }: Kese,
  place: number,
  keyed: boolean,
): Promise<void> {
  const at = clock.now();
  const command = {
    entryId: ids.next("pay", at),
    at,
    requestId: "bench",
    by: "fleet" as const,
    amountKurus: kurus(PAYMENT_KURUS),
    ...(keyed && { idempotency: anyIdempotency() }),
  };
  const { outcome } = await accounts.update(
    { account: { filo: FLEET, userNo: userNo(place) }, command },
    ({ account }) => decidePayment(account, command),
  );
  if (outcome !== "accepted") throw new Error(`Cannot fill: a payment was ${outcome}`);
}

/** A key that nobody used before, as the routes give it to a command. */
function anyIdempotency() {
  const keyHash = crypto.randomUUID().replaceAll("-", "");
  return { keyHash, fingerprint: keyHash, language: "tr" as const };
}

async function balanceOf({ dependencies: { accounts } }: Kese, place: number): Promise<number> {
  const account = await accounts.read({ filo: FLEET, userNo: userNo(place) });
  return account?.balanceKurus ?? 0;
}
