import { accountKey } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import type { People, ProfileChanges } from "../../domain/ports/people.ts";
import type { Writer } from "./commit/writer.ts";
import type { SqliteDatabase } from "./database.ts";
import { toPersonLookUps } from "./account_rows.ts";
import { toPromise } from "./to_promise.ts";

export interface PeopleWrites {
  changePerson(key: string, changes: ProfileChanges): Profile | undefined;
  changeAuthCode(key: string, authCodeHash: string): boolean;
}

const OF_ACCOUNT = "account_no = (SELECT account_no FROM accounts WHERE account_key = ?)";
const SELECT_PROFILE = `SELECT profile FROM people WHERE ${OF_ACCOUNT}`;

/** Stores personal data in a table that no payment reads. */
export function createSqlitePeople(
  database: SqliteDatabase,
  writer: Writer<PeopleWrites>,
): People {
  const selectProfile = database.prepare(SELECT_PROFILE);
  const selectAuthCode = database.prepare(`SELECT auth_code_hash FROM people WHERE ${OF_ACCOUNT}`);
  return {
    find: (id) => toPromise(() => toProfile(selectProfile.get(accountKey(id)))),
    change: (id, changes) => writer.write("changePerson", accountKey(id), changes),
    authCodeHash: (id) =>
      toPromise(() => {
        const row = selectAuthCode.get(accountKey(id)) as { auth_code_hash: string } | undefined;
        return row?.auth_code_hash;
      }),
    changeAuthCode: (id, hash) => writer.write("changeAuthCode", accountKey(id), hash),
  };
}

export function createPeopleWrites(database: SqliteDatabase): PeopleWrites {
  const selectProfile = database.prepare(SELECT_PROFILE);
  const updateProfile = database.prepare(
    `UPDATE people SET profile = ?, phone_hash = ?, email_hash = ? WHERE ${OF_ACCOUNT}`,
  );
  const updateAuthCode = database.prepare(
    `UPDATE people SET auth_code_hash = ? WHERE ${OF_ACCOUNT}`,
  );
  return {
    changePerson: (key, changes) => {
      const profile = toProfile(selectProfile.get(key));
      if (profile === undefined) return undefined;
      const changed = { ...profile, ...changes };
      updateProfile.run(JSON.stringify(changed), ...toPersonLookUps(changed), key);
      return changed;
    },
    changeAuthCode: (key, hash) => Number(updateAuthCode.run(hash, key).changes) === 1,
  };
}

function toProfile(row: unknown): Profile | undefined {
  return row === undefined ? undefined : JSON.parse((row as { profile: string }).profile);
}
