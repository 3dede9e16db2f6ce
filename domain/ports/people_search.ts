import type { Account, AccountStatus, Instant } from "../account.ts";
import type { Profile } from "../auth.ts";

/** Finds users of a fleet by what is known of them. */
export interface PeopleSearch {
  /** A page in the order of the user numbers; each user fits all that is asked. */
  search(filo: string, asked: PeopleQuery): Promise<FoundPeople>;
}

export interface PeopleQuery {
  readonly limit: number;
  /** How their number begins. */
  readonly prefix?: string;
  /** As it is kept. */
  readonly phoneNumber?: string;
  /** As it is kept. */
  readonly email?: string;
  readonly statuses?: readonly AccountStatus[];
  /** Only users after this one. */
  readonly after?: string;
}

export interface FoundPerson {
  readonly account: Pick<Account, "id" | "status" | "balanceKurus" | "openHolds">;
  readonly createdAt: Instant;
  /** Absent once the person was erased. */
  readonly person?: Pick<Profile, "name" | "surname">;
}

export interface FoundPeople {
  readonly people: readonly FoundPerson[];
  /** The number after which the next page starts; absent on the last one. A page may be short and not the last. */
  readonly next?: string;
}
