import type { Collection } from "mongodb";
import { type AccountId, accountKey } from "../../domain/account.ts";
import type { Profile } from "../../domain/auth.ts";
import type { People } from "../../domain/ports/people.ts";
import type { UserDocument } from "./account_documents.ts";

const PROFILE = { _id: 0, name: 1, surname: 1, birthDate: 1, phoneNumber: 1, email: 1 } as const;

/** Of an erased account nothing is left, and nothing may be written again. */
function matchUnerased(id: AccountId) {
  return { _id: accountKey(id), status: { $ne: "erased" as const } };
}

/** Stores personal data in the account's document, under names that no decision reads. */
export function createMongoPeople(users: Collection<UserDocument>): People {
  return {
    find: async (id) => {
      const found = await users.findOne<Profile>(matchUnerased(id), { projection: PROFILE });
      return found ?? undefined;
    },
    change: async (id, changes) => {
      const changed = await users.findOneAndUpdate(matchUnerased(id), { $set: changes }, {
        projection: PROFILE,
        returnDocument: "after",
      });
      return changed ?? undefined;
    },
    authCodeHash: async (id) => {
      const user = await users.findOne(matchUnerased(id), { projection: { authCode: 1 } });
      return user?.authCode;
    },
    changeAuthCode: async (id, authCode) => {
      const { matchedCount } = await users.updateOne(matchUnerased(id), {
        $set: { authCode },
      });
      return matchedCount === 1;
    },
  };
}
