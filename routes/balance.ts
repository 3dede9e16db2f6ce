import { z } from "zod";
import { CURRENCY, formatAmount } from "../domain/money.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { problem } from "./contract/problems.ts";
import { balanceAnswer } from "./contract/answers.ts";
import { userNo } from "./contract/fields.ts";

export function createBalanceRoutes({ accounts }: Dependencies): readonly Endpoint[] {
  return [
    defineAccountEndpoint("fleet_or_session", {
      method: "get",
      path: "/bakiye",
      operation: "get_balance",
      tag: "balance",
      summary: "Shows the balance",
      parameters: z.object({ userNo }),
      answers: { 200: balanceAnswer },
      problems: ["user_not_found"],
    }, async ({ account: id }) => {
      const account = await accounts.read(id);
      if (account === undefined) return problem("user_not_found");
      const balance = formatAmount(account.balanceKurus);
      return {
        status: 200,
        message: "balance_found",
        body: { userNo: id.userNo, balance, currency: CURRENCY },
      };
    }),
  ];
}
