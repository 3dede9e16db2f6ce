import { z } from "zod";
import type { AccountStatus } from "../domain/account.ts";
import { availableKurus, heldKurus } from "../domain/available.ts";
import { PAGE_DEFAULT } from "../domain/limits.ts";
import { CURRENCY, formatAmount } from "../domain/money.ts";
import type { FoundPerson } from "../domain/ports/people_search.ts";
import { userListAnswer } from "./contract/account_answers.ts";
import { limit, userNoPrefix } from "./contract/fields.ts";
import { accountStatus, userCursor } from "./contract/fleet_fields.ts";
import { email, phoneNumber } from "./contract/person_fields.ts";
import { toStatus } from "./contract/present_account.ts";
import { toInstant } from "./contract/instant.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineFleetEndpoint, type Endpoint } from "./http/endpoint.ts";

/** What an account must be to be shown in a status: an erased one is closed to whoever looks at it. */
const STATUSES: Readonly<Record<z.output<typeof accountStatus>, readonly AccountStatus[]>> = {
  active: ["active"],
  frozen: ["frozen"],
  closed: ["closed", "erased"],
};

/** Finds the users of a fleet. */
export function createFleetUserRoutes({ fleet }: Dependencies): readonly Endpoint[] {
  return [
    defineFleetEndpoint({
      method: "get",
      path: "/filo/kullanicilar",
      operation: "list_fleet_users",
      scope: "read",
      tag: "fleet",
      summary:
        "Lists the fleet's users, by the beginning of their number, telephone, e-mail or status",
      parameters: z.object({
        q: userNoPrefix.optional(),
        phoneNumber: phoneNumber.optional(),
        email: email.optional(),
        status: accountStatus.optional(),
        limit: limit.optional(),
        cursor: userCursor.optional(),
      }),
      // A GET has no other place for them, and only the fleet's own server sends it: whoever keeps its
      // addresses must treat them as personal data.
      inUrl: ["phoneNumber", "email"],
      answers: { 200: userListAnswer },
      problems: [],
    }, async ({ filo, at, parameters }) => {
      const { q, phoneNumber, email, status, limit = PAGE_DEFAULT, cursor } = parameters;
      const { people, next } = await fleet.people.search(filo, {
        limit,
        ...(q !== undefined && { prefix: q }),
        ...(phoneNumber !== undefined && { phoneNumber }),
        ...(email !== undefined && { email }),
        ...(status !== undefined && { statuses: STATUSES[status] }),
        ...(cursor !== undefined && { after: cursor }),
      });
      return {
        status: 200,
        message: "users_listed",
        body: {
          data: people.map((found) => toListedUser(found, at)),
          nextCursor: next === undefined ? null : `u${next}`,
        },
      };
    }),
  ];
}

function toListedUser({ account, createdAt, person }: FoundPerson, at: number) {
  return {
    userNo: account.id.userNo,
    status: toStatus(account),
    ...person,
    balance: formatAmount(account.balanceKurus),
    held: formatAmount(heldKurus(account, at)),
    available: formatAmount(availableKurus(account, at)),
    currency: CURRENCY,
    createdAt: toInstant(createdAt),
  };
}
