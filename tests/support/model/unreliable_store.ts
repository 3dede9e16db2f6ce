import type { JournalEntry } from "../../../domain/journal.ts";
import type { AccountStore } from "../../../domain/ports/account_store.ts";
import type { CardGateway } from "../../../domain/ports/card_gateway.ts";
import type { Journal } from "../../../domain/ports/journal.ts";
import { StoreUnavailableError } from "../../../domain/ports/errors.ts";
import type { Store } from "../../../infra/store.ts";
import type { Call, Faults } from "./faults.ts";
import type { Sightings } from "./sightings.ts";

export interface Trouble {
  readonly faults: Faults;
  readonly sightings: Sightings;
}

type Saved = Awaited<ReturnType<AccountStore["save"]>>;

/** A store whose accounts and journal meet with faults; what is really saved is seen all the same. */
export function unreliableStore(store: Store, { faults, sightings }: Trouble): Store {
  const { accounts, journal } = store;
  // As every adapter of a store says it: anything else is a fault of ours, and answered so.
  const befall = <T>(call: Call<T>) =>
    faults.befall({ ...call, failure: (cause) => new StoreUnavailableError(cause) });
  const saveSeen = async (...save: Parameters<AccountStore["save"]>) => {
    const [, , entries] = save;
    sightings.begin(entries);
    const result = await accounts.save(...save);
    if (result === "saved" || result === "filed") sightings.end(entries);
    if (result === "conflict") sightings.loseRace();
    return result;
  };
  const insertSeen = async (...insert: Parameters<AccountStore["insert"]>) => {
    const entries: readonly JournalEntry[] = [insert[0].entry];
    sightings.begin(entries);
    const inserted = await accounts.insert(...insert);
    if (inserted) sightings.end(entries);
    return inserted;
  };
  const unreliable: AccountStore = {
    ...accounts,
    insert: (...insert) =>
      befall({ name: "insert", make: () => insertSeen(...insert), writes: true }),
    load: (...load) => befall({ name: "load", make: () => accounts.load(...load) }),
    entriesOfOldKeys: (...keys) =>
      befall({
        name: "entriesOfOldKeys",
        make: async () => await accounts.entriesOfOldKeys(...keys),
      }),
    save: (...save) =>
      befall<Saved>({
        name: "save",
        make: () => saveSeen(...save),
        writes: true,
        refusals: { conflict: "conflict", full: "full" },
      }),
  };
  const find: Journal["find"] = (...args) =>
    befall({ name: "find", make: () => journal.find(...args) });
  return { ...store, accounts: unreliable, journal: { ...journal, find } };
}

/** A card gateway whose answers get lost, before it charged or after. */
export function unreliableGateway(gateway: CardGateway, { faults }: Trouble): CardGateway {
  return {
    charge: (...args) =>
      faults.befall({ name: "charge", make: () => gateway.charge(...args), writes: true }),
    inquire: (...args) => faults.befall({ name: "inquire", make: () => gateway.inquire(...args) }),
  };
}
