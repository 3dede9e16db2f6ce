import { type AccountWrites, createAccountWrites } from "./account_writes.ts";
import { type ActionWrites, createActionWrites } from "../action_store.ts";
import { type AuditWrites, createAuditWrites } from "../audit_sink.ts";
import { type AuthWrites, createAuthWrites } from "../auth_store.ts";
import { type Chaining, createChaining } from "../chaining.ts";
import type { SqliteDatabase } from "../database.ts";
import { type Commit, createGroupCommit } from "./group_commit.ts";
import { createDayEndWrites, type DayEndWrites } from "../day_ends.ts";
import { createErasingWrites, type ErasingWrites } from "../erasing.ts";
import { createEventWrites, type EventWrites } from "../event_writes.ts";
import { createHousekeeping, type Housekeeping } from "../housekeeping.ts";
import { createMetaWrites, type MetaWrites } from "../meta.ts";
import { createNamedKeyWrites, type NamedKeyWrites } from "../named_keys.ts";
import { createPeopleWrites, type PeopleWrites } from "../people.ts";
import { createProbeWrites, type ProbeWrites } from "../probe.ts";
import { createSandboxWrites, type SandboxWrites } from "../sandbox_charges.ts";
import { createVaultWrites, type VaultWrites } from "../vault_store.ts";

/** Everything that changes the file. */
export type SqliteWrites =
  & AccountWrites
  & AuthWrites
  & NamedKeyWrites
  & PeopleWrites
  & ErasingWrites
  & VaultWrites
  & ActionWrites
  & AuditWrites
  & SandboxWrites
  & EventWrites
  & ProbeWrites
  & MetaWrites
  & DayEndWrites
  & Chaining
  & Housekeeping;

/** Creates a commit of all of them on a connection. If `beforeCommit` throws, the transaction is rolled back. */
export function createCommit(
  database: SqliteDatabase,
  beforeCommit: () => void = () => {},
): Commit {
  const accounts = createAccountWrites(database);
  const writes: SqliteWrites = {
    ...accounts.writes,
    ...createAuthWrites(database),
    ...createNamedKeyWrites(database),
    ...createPeopleWrites(database),
    ...createErasingWrites(database),
    ...createVaultWrites(database),
    ...createActionWrites(database),
    ...createAuditWrites(database),
    ...createSandboxWrites(database),
    ...createEventWrites(database),
    ...createProbeWrites(database),
    ...createMetaWrites(database),
    ...createDayEndWrites(database),
    ...createChaining(database),
    ...createHousekeeping(database),
  };
  const transact = <Result>(work: () => Result): Result =>
    database.transact(() => {
      const result = work();
      beforeCommit();
      return result;
    });
  return createGroupCommit({ transact }, writes, accounts.together);
}
