import { z } from "zod";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toBalance } from "./contract/present_account.ts";
import { problem } from "./contract/problems.ts";
import { balanceAnswer } from "./contract/account_answers.ts";
import { userNo } from "./contract/fields.ts";

export function createBalanceRoutes({ accounts }: Dependencies): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/bakiye",
      operation: "get_balance",
      scope: "read",
      tag: "balance",
      summary: "Shows the balance, what is held of it and what is available",
      parameters: z.object({ userNo }),
      answers: { 200: balanceAnswer },
      problems: ["user_not_found"],
    }, async ({ account: id, at }) => {
      const account = await accounts.read(id);
      if (account === undefined) return problem("user_not_found");
      return { status: 200, message: "balance_found", body: toBalance(account, at) };
    }),
  ];
}
