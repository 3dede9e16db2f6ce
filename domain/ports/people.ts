import type { AccountId } from "../account.ts";
import type { Profile } from "../auth.ts";

/** Personal data of users and the slow hashes of their authCodes. No payment loads any of it. */
export interface People {
  /** Undefined for an unknown user. */
  find(id: AccountId): Promise<Profile | undefined>;
  /** Gives the profile with the changes; undefined for an unknown user. */
  change(id: AccountId, changes: ProfileChanges): Promise<Profile | undefined>;
  /** Undefined for an unknown user. */
  authCodeHash(id: AccountId): Promise<string | undefined>;
  /** False for an unknown user. */
  changeAuthCode(id: AccountId, authCodeHash: string): Promise<boolean>;
}

export type ProfileChanges = Partial<Profile>;
