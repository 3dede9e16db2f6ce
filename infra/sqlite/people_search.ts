import { accountKey, fromAccountKey } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import type { Pace } from "../../domain/ports/fleet_reading.ts";
import type { Journal } from "../../domain/ports/journal.ts";
import type {
  FoundPeople,
  FoundPerson,
  PeopleQuery,
  PeopleSearch,
} from "../../domain/ports/people_search.ts";
import { SELECT_ACCOUNT } from "./account_store.ts";
import type { SqliteDatabase } from "./database.ts";
import { missingEntry } from "./entry_chain.ts";
import { type AccountRow, fromAccountRow } from "./account_rows.ts";
import { toLookUpColumn } from "./hash_columns.ts";
import { readNow } from "./unavailable.ts";

/** Users who are looked at in one piece: a millisecond or two. */
const USERS_AT_ONCE = 100;
/** Users who are looked at for one page, so that a rare status cannot keep a request for long. */
const USERS_PER_PAGE = 5_000;

type PersonFound = Omit<FoundPerson, "createdAt">;

/** A user with the whole profile, which is looked at and not given out. */
interface Read {
  readonly found: PersonFound;
  readonly profile: Profile | undefined;
}

interface Part {
  readonly found: readonly PersonFound[];
  /** The last account that was looked at; undefined if there are no more. */
  readonly last: string | undefined;
}

/** Searches the accounts in the order of their keys; a telephone number or an address has an index. */
export function createSqlitePeopleSearch(
  database: SqliteDatabase,
  { journal, pace }: { readonly journal: Pick<Journal, "list">; readonly pace: Pace },
): PeopleSearch {
  const within = `account_key >= $begin AND account_key > $after AND account_key < $end
    ORDER BY account_key LIMIT $limit`;
  const selectAll = database.prepare(`SELECT account_key FROM accounts WHERE ${within}`);
  const selectBy = (column: string) =>
    database.prepare(`
      SELECT account_key FROM people CROSS JOIN accounts USING (account_no)
      WHERE ${column} = $value AND ${within}`);
  const selectByPhone = selectBy("phone_hash");
  const selectByEmail = selectBy("email_hash");
  const selectAccount = database.prepare(SELECT_ACCOUNT);
  const selectProfile = database.prepare("SELECT profile FROM people WHERE account_no = ?");

  function keysOf({ phoneNumber, email }: PeopleQuery, range: Record<string, string | number>) {
    const rows = email !== undefined
      ? selectByEmail.all({ ...range, value: toLookUpColumn(email) })
      : phoneNumber !== undefined
      ? selectByPhone.all({ ...range, value: toLookUpColumn(phoneNumber) })
      : selectAll.all(range);
    return rows.map(({ account_key }) => String(account_key));
  }

  function readPart(asked: PeopleQuery, range: Record<string, string | number>): Part {
    const keys = keysOf(asked, range);
    const found = keys.map(readPerson).filter((one) => fits(asked, one));
    return { found: found.map((one) => one.found), last: keys.at(-1) };
  }

  function readPerson(key: string): Read {
    const row = selectAccount.get(key) as unknown as AccountRow & { last_entry: number | null };
    if (row.head === null) throw missingEntry(row.last_entry);
    const kept = selectProfile.get(row.account_no) as { profile: string } | undefined;
    const profile: Profile | undefined = kept && JSON.parse(kept.profile);
    const account = fromAccountRow(fromAccountKey(key), row);
    const { name, surname } = profile ?? {};
    const isKnown = name !== undefined && surname !== undefined;
    return { profile, found: { account, ...(isKnown && { person: { name, surname } }) } };
  }

  async function withTime(found: PersonFound): Promise<FoundPerson> {
    const { entries: [opened] } = await journal.list(found.account.id, { limit: 1, beforeSeq: 2 });
    if (opened === undefined) throw missingEntry(null);
    return { ...found, createdAt: opened.at };
  }

  async function search(filo: string, asked: PeopleQuery): Promise<FoundPeople> {
    const { limit, prefix = "", after, statuses } = asked;
    // Of the characters in a key "~" would be the last.
    const range = { begin: `${filo}/${prefix}`, end: `${filo}/${prefix}~` };
    const size = statuses === undefined ? limit + 1 : USERS_AT_ONCE;
    const found: PersonFound[] = [];
    let last = after === undefined ? "" : accountKey({ filo, userNo: after });
    for (let looked = 0; found.length <= limit && looked < USERS_PER_PAGE; looked += size) {
      const place = { ...range, after: last, limit: size };
      const part = await pace(() => readNow(() => readPart(asked, place)));
      found.push(...part.found);
      if (part.last === undefined) return await toPage(found, limit, undefined);
      last = part.last;
    }
    return await toPage(found, limit, fromAccountKey(last).userNo);
  }

  async function toPage(
    found: readonly PersonFound[],
    limit: number,
    reached: string | undefined,
  ): Promise<FoundPeople> {
    const people = await Promise.all(found.slice(0, limit).map(withTime));
    const next = found.length > limit ? people.at(-1)?.account.id.userNo : reached;
    return { people, ...(next !== undefined && { next }) };
  }

  return { search };
}

/** Looked at again, because the columns that were searched hold a part of a hash. */
function fits({ phoneNumber, email, statuses }: PeopleQuery, { profile, found }: Read): boolean {
  return (phoneNumber === undefined || profile?.phoneNumber === phoneNumber) &&
    (email === undefined || profile?.email === email) &&
    (statuses === undefined || statuses.includes(found.account.status));
}
