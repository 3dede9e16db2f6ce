import { z } from "zod";
import { eraseUser } from "../domain/workflows/erasing.ts";
import { messageAnswer } from "./contract/answer_parts.ts";
import { userNo } from "./contract/fields.ts";
import { toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";

/** What a user may ask for by law when they leave (KVKK, article 7). */
export function createErasingRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { ids, settings } = dependencies;
  return [
    defineAccountEndpoint("fleet", {
      method: "delete",
      path: "/kullanici",
      operation: "erase_user",
      scope: "admin",
      tag: "users",
      summary: "Erases the personal data of a closed account; its journal and number stay",
      parameters: z.object({ userNo }),
      answers: { 200: messageAnswer },
      problems: ["user_not_found", "account_not_closed"],
      // Some of it may be erased. A repeat erases the rest.
      whenStoreFails: "outcome_unknown",
    }, async ({ account, command: { at, ...command } }) => {
      const entryId = ids.next("ent", at);
      const keepTexts = settings.keepTexts.has(account.filo);
      const erasing = { ...command, at, entryId, account, keepTexts };
      const outcome = await eraseUser(dependencies, erasing);
      if (outcome.outcome !== "unchanged" && !("entry" in outcome)) return toProblem(outcome);
      const replayed = "entry" in outcome ? markReplayed(outcome) : {};
      return { status: 200, message: "user_erased", body: {}, ...replayed };
    }),
  ];
}
