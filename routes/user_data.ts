import { z } from "zod";
import { isErased } from "../domain/account.ts";
import type { JournalEntry } from "../domain/journal.ts";
import { PAGE_MAX } from "../domain/limits.ts";
import { journalPages } from "../domain/workflows/journal_pages.ts";
import { userDataAnswer } from "./contract/account_answers.ts";
import { userNo } from "./contract/fields.ts";
import { toBalance, toProfile } from "./contract/present_account.ts";
import { toEntry } from "./contract/present_entry.ts";
import { toCards } from "./contract/present_card.ts";
import { toInstant } from "./contract/instant.ts";
import { problem } from "./contract/problems.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";

/** What a user may ask for by law (KVKK, article 11): all that is kept of them. */
export function createUserDataRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { accounts, auth, journal, log, people } = dependencies;
  return [
    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/kullanici/verilerim",
      operation: "get_user_data",
      scope: "read",
      tag: "users",
      summary: "Gives all that is kept of a user as one document, however long it is",
      parameters: z.object({ userNo }),
      answers: { 200: userDataAnswer },
      problems: ["user_not_found"],
    }, async ({ account: id, at, requestId }) => {
      const [account, profile, sessions] = await Promise.all([
        accounts.read(id),
        people.find(id),
        auth.listSessions(id, at),
      ]);
      if (account === undefined || isErased(account) || profile === undefined) {
        return problem("user_not_found");
      }
      const body = {
        ...toBalance(account, at),
        profile: toProfile(profile),
        cards: toCards(account, at),
        sessions: sessions.map(({ createdAt, expiresAt }) => ({
          createdAt: toInstant(createdAt),
          expiresAt: toInstant(expiresAt),
        })),
      };
      const pages = journalPages(journal, id, { upTo: account.seq, limit: PAGE_MAX });
      return { status: 200, message: "user_data_found", body, entries: shown(pages, requestId) };
    }),
  ];

  /** The answer has begun, so if an entry cannot be read, it can only be cut off. */
  async function* shown(pages: AsyncIterable<readonly JournalEntry[]>, requestId: string) {
    try {
      for await (const page of pages) yield page.map(toEntry);
    } catch (error) {
      log.error("user_data_broken_off", { requestId, error });
      throw error;
    }
  }
}
