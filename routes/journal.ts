import { z } from "zod";
import { PAGE_DEFAULT } from "../domain/limits.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toEntry } from "./contract/present_entry.ts";
import { problem } from "./contract/problems.ts";
import { entryListAnswer } from "./contract/entry_answers.ts";
import { cursor, entryType, limit, userNo } from "./contract/fields.ts";

export function createJournalRoutes({ accounts, journal }: Dependencies): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/islemler",
      operation: "list_entries",
      scope: "read",
      tag: "journal",
      summary: "Lists the journal, newest first",
      parameters: z.object({
        userNo,
        limit: limit.optional(),
        cursor: cursor.optional(),
        type: entryType.optional(),
      }),
      answers: { 200: entryListAnswer },
      problems: ["user_not_found"],
    }, async ({ account: id, parameters: { limit = PAGE_DEFAULT, cursor: beforeSeq, type } }) => {
      const page = await journal.list(id, {
        limit,
        ...(beforeSeq !== undefined && { beforeSeq }),
        ...(type && { types: [type] }),
      });
      if (page.entries.length === 0 && await accounts.read(id) === undefined) {
        return problem("user_not_found");
      }
      const nextCursor = page.nextBeforeSeq === undefined ? null : `s${page.nextBeforeSeq}`;
      return {
        status: 200,
        message: "entries_listed",
        body: { data: page.entries.map(toEntry), nextCursor },
      };
    }),
  ];
}
