import { z } from "zod";
import { decideFreezing, decideUnfreezing } from "../domain/account_status.ts";
import { closeAccount } from "../domain/workflows/closing.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { type AccountRequest, defineAccountEndpoint, type Endpoint } from "./http/endpoint.ts";
import { toProblem } from "./contract/problems.ts";
import { markReplayed } from "./contract/replayed.ts";
import { accountStatusAnswer } from "./contract/account_answers.ts";
import { userNo } from "./contract/fields.ts";
import { reason } from "./contract/money_fields.ts";

/** What the fleet does to a whole account: a lost phone is frozen, a user who leaves is closed. */
export function createAccountStatusRoutes(dependencies: Dependencies): readonly Endpoint[] {
  const { accounts, ids } = dependencies;
  const parameters = z.object({ userNo, reason: reason.optional() });
  const common = { method: "post", tag: "accounts", parameters } as const;
  const answers = { 200: accountStatusAnswer } as const;

  function toCommand({ command, parameters: { reason } }: StatusRequest) {
    const entryId = ids.next("ent", command.at);
    return { ...command, entryId, ...(reason !== undefined && { reason }) };
  }

  return [
    defineAccountEndpoint("fleet", {
      ...common,
      path: "/hesap/dondur",
      operation: "freeze_account",
      scope: "adjust",
      summary: "Freezes an account: nothing new can be paid, held or topped up",
      answers,
      problems: ["user_not_found", "account_frozen", "account_closed"],
      conflicts: ["account_frozen"],
    }, async (request) => {
      const { account: id } = request;
      const command = toCommand(request);
      const outcome = await accounts.update(
        { account: id, command },
        ({ account }) => decideFreezing(account, command),
      );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = statusBody(request, "frozen");
      return { status: 200, message: "account_now_frozen", body, ...markReplayed(outcome) };
    }),

    defineAccountEndpoint("fleet", {
      ...common,
      path: "/hesap/coz",
      operation: "unfreeze_account",
      scope: "adjust",
      summary: "Unfreezes an account",
      answers,
      problems: ["user_not_found", "account_not_frozen", "account_closed"],
    }, async (request) => {
      const { account: id } = request;
      const command = toCommand(request);
      const outcome = await accounts.update(
        { account: id, command },
        ({ account }) => decideUnfreezing(account, command),
      );
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = statusBody(request, "active");
      return { status: 200, message: "account_unfrozen", body, ...markReplayed(outcome) };
    }),

    defineAccountEndpoint("fleet", {
      ...common,
      path: "/hesap/kapat",
      operation: "close_account",
      scope: "adjust",
      summary: "Closes an empty account for good and ends its sessions",
      answers,
      problems: ["user_not_found", "account_closed", "account_not_empty"],
    }, async (request) => {
      const { account } = request;
      const outcome = await closeAccount(dependencies, { ...toCommand(request), account });
      if (!("entry" in outcome)) return toProblem(outcome);
      const body = statusBody(request, "closed");
      return { status: 200, message: "account_now_closed", body, ...markReplayed(outcome) };
    }),
  ];
}

type StatusRequest = Pick<
  AccountRequest<{ readonly reason?: string | undefined }>,
  "account" | "command" | "parameters"
>;

function statusBody(
  { account: { userNo } }: StatusRequest,
  status: "active" | "frozen" | "closed",
) {
  return { userNo, status };
}
