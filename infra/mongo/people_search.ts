import type { Collection, Filter } from "mongodb";
import { accountKey, fromAccountKey, type Instant } from "../../domain/account.ts";
import type {
  FoundPeople,
  FoundPerson,
  PeopleQuery,
  PeopleSearch,
} from "../../domain/ports/people_search.ts";
import { fromMoneyFields, type UserDocument } from "./account_documents.ts";
import { type LedgerDocument, ledgerId } from "./entry_documents.ts";

/** What is shown of a user, and when their entries that wait to be moved are from. */
const SHOWN = {
  ...{ status: 1, balance: 1, openHolds: 1, name: 1, surname: 1 },
  ...{ "journal.seq": 1, "journal.at": 1 },
} as const;

type Shown =
  & Pick<UserDocument, "_id" | "status" | "balance" | "openHolds" | "journal">
  & Partial<Pick<UserDocument, "name" | "surname">>;

/** Searches the users' documents in the order of their ids. */
export function createMongoPeopleSearch({ users, ledger }: {
  readonly users: Collection<UserDocument>;
  readonly ledger: Collection<LedgerDocument>;
}): PeopleSearch {
  /** When accounts were opened: the time of their first entry. */
  async function readOpenings(found: readonly Shown[]): Promise<ReadonlyMap<string, Instant>> {
    const waiting = found.flatMap(({ _id, journal }) => {
      const first = journal.find(({ seq }) => seq === 1);
      return first ? [[_id, first.at.getTime()] as const] : [];
    });
    const openings = new Map(waiting);
    const moved = found.filter(({ _id }) => !openings.has(_id)).map(({ _id }) => ledgerId(_id, 1));
    const kept = await ledger.find({ _id: { $in: moved } }, { projection: { account: 1, at: 1 } })
      .toArray();
    for (const { account, at } of kept) openings.set(account, at.getTime());
    return openings;
  }

  async function search(filo: string, asked: PeopleQuery): Promise<FoundPeople> {
    const { limit } = asked;
    // One more than the page has, which tells whether another page follows.
    const found = await users.find<Shown>(toFilter(filo, asked), { projection: SHOWN })
      .sort({ _id: 1 }).limit(limit + 1).toArray();
    const shown = found.slice(0, limit);
    const openings = await readOpenings(shown);
    const people = shown.map((one) => toPerson(one, openings.get(one._id)));
    const next = found.length > limit ? people.at(-1)?.account.id.userNo : undefined;
    return { people, ...(next !== undefined && { next }) };
  }

  return { search };
}

function toFilter(
  filo: string,
  { prefix = "", phoneNumber, email, statuses, after }: PeopleQuery,
): Filter<UserDocument> {
  return {
    filo,
    _id: {
      $gte: `${filo}/${prefix}`,
      // Of the characters in an id "~" would be the last.
      $lt: `${filo}/${prefix}~`,
      ...(after !== undefined && { $gt: accountKey({ filo, userNo: after }) }),
    },
    ...(phoneNumber !== undefined && { phoneNumber }),
    ...(email !== undefined && { email }),
    ...(statuses && { status: { $in: [...statuses] } }),
  };
}

function toPerson(document: Shown, createdAt: Instant | undefined): FoundPerson {
  const { _id, status, name, surname } = document;
  if (createdAt === undefined) throw new Error(`Cannot show ${_id}: its journal has no beginning`);
  const isKnown = name !== undefined && surname !== undefined;
  return {
    account: { id: fromAccountKey(_id), status, ...fromMoneyFields(document) },
    createdAt,
    ...(isKnown && { person: { name, surname } }),
  };
}
