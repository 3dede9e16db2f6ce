import { assert, assertEquals } from "@std/assert";
import { type Scope, SCOPES } from "../../domain/auth.ts";
import { createEndpoints } from "../../routes/endpoints.ts";
import type { Endpoint } from "../../routes/http/endpoint.ts";
import { assertProblem } from "../support/answers.ts";
import { FLEET, openTestKese, OTHER_FLEET, OTHER_FLEET_KEY, send } from "../support/kese.ts";
import { makeKey } from "../support/named_keys.ts";
import { toLine } from "../support/route_requests.ts";

/** Which scope each operation takes: said here once more, because a wrong one opens a door. */
const OPERATIONS: Readonly<Record<Scope, readonly string[]>> = {
  read: [
    "get_user",
    "get_user_data",
    "list_cards",
    "get_payment",
    "get_hold",
    "get_top_up",
    "get_card_refund",
    "get_balance",
    "list_entries",
    "list_fleet_users",
    "list_fleet_entries",
    "get_day_end",
  ],
  pay: [
    "create_user",
    "create_code",
    "save_card",
    "select_card",
    "remove_card",
    "pay",
    "place_hold",
    "capture_hold",
    "release_hold",
    "top_up",
  ],
  refund: ["refund", "card_refund"],
  adjust: [
    "change_user",
    "change_auth_code",
    "end_sessions",
    "adjust_balance",
    "freeze_account",
    "unfreeze_account",
    "close_account",
  ],
  admin: [
    "erase_user",
    "create_key",
    "list_keys",
    "revoke_key",
    "list_audit",
    "list_events",
    "repeat_event",
  ],
};

/** Routes that no key of a fleet opens. */
const UNSCOPED = ["create_session", "end_session", "health_live", "health_ready", "home"];

const kese = await openTestKese();
const ENDPOINTS = createEndpoints(kese.dependencies);
await kese.close();

Deno.test("createEndpoints() gives each route the scope that it has to take", () => {
  const expected = Object.entries(OPERATIONS).flatMap(([scope, names]) =>
    names.map((name) => `${name}: ${scope}`)
  );
  const scopes = ENDPOINTS.map(({ definition: { operation, scope } }) => `${operation}: ${scope}`);
  const unscoped = UNSCOPED.map((name) => `${name}: undefined`);
  assertEquals(scopes.toSorted(), [...expected, ...unscoped].toSorted());
});

/** A request that comes as far as its parameters: none of them is there. */
function toRequest({ definition }: Endpoint, bearer: string, filo = FLEET) {
  const line = toLine(definition, "none");
  // The one route that a fleet's key opens although nobody needs one.
  const needsUser = definition.operation === "create_code";
  return [needsUser ? `${line}?userNo=nobody` : line, { bearer, filo }] as const;
}

const SCOPED = ENDPOINTS.filter(({ definition }) => definition.scope !== undefined);

for (const endpoint of SCOPED) {
  const { operation, scope: needed } = endpoint.definition;

  Deno.test(`${operation} takes keys that have the scope ${needed}, and no others`, async () => {
    await using kese = await openTestKese();
    for (const scope of SCOPES) {
      const without = SCOPES.filter((other) => other !== scope);
      for (const scopes of [[scope], without]) {
        const { key } = await makeKey(kese, scopes);
        const answer = await send(kese, ...toRequest(endpoint, key));
        if (needed !== undefined && scopes.includes(needed)) {
          assert(![401, 403, 500].includes(answer.status), `${scopes}: ${answer.text}`);
        } else {
          assertProblem(answer, 403, "forbidden", { scope: needed });
        }
      }
    }
  });

  Deno.test(`${operation} takes no key of another fleet, whatever its scopes`, async () => {
    await using kese = await openTestKese();
    const own = await makeKey(kese, SCOPES);
    const other = await makeKey(kese, SCOPES, { filo: OTHER_FLEET, bearer: OTHER_FLEET_KEY });
    for (const [key, filo] of [[own.key, OTHER_FLEET], [other.key, FLEET]] as const) {
      const answer = await send(kese, ...toRequest(endpoint, key, filo));
      assertProblem(answer, 401, "unauthenticated", {});
    }
  });
}

Deno.test("openApiDocument() names the scope of each operation", async () => {
  await using kese = await openTestKese();
  const { body } = await send(kese, "GET /openapi.json");
  for (const { definition: { method, path, scope } } of ENDPOINTS) {
    const operation = body.paths[path][method];
    assertEquals(operation["x-scope"], scope, path);
    assertEquals(operation.description.includes(`the scope \`${scope}\``), scope !== undefined);
  }
});
