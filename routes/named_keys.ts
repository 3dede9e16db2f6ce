import { z } from "zod";
import type { NamedKey } from "../domain/named_key.ts";
import { PAGE_DEFAULT } from "../domain/limits.ts";
import type { KeyMaking } from "../domain/workflows/named_keys.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineFleetEndpoint, type Endpoint } from "./http/endpoint.ts";
import {
  type NamedKeyBody,
  namedKeyListAnswer,
  newNamedKeyAnswer,
  revokedKeyAnswer,
} from "./contract/fleet_answers.ts";
import { keyId, limit } from "./contract/fields.ts";
import { expiresAt, keyCursor, keyName, scopes } from "./contract/fleet_fields.ts";
import { toInstant } from "./contract/instant.ts";
import { listErrors, type Problem, problem } from "./contract/problems.ts";

/** Keys that a fleet gives to its own systems: the till may pay, the accountant may read. */
export function createNamedKeyRoutes({ namedKeys }: Dependencies): readonly Endpoint[] {
  const path = "/filo/anahtarlar";
  const common = { path, scope: "admin", tag: "keys" } as const;
  return [
    defineFleetEndpoint({
      ...common,
      method: "post",
      operation: "create_key",
      summary: "Makes a named key, which is shown this once",
      parameters: z.object({ name: keyName, scopes, expiresAt: expiresAt.optional() }),
      answers: { 201: newNamedKeyAnswer },
      problems: ["idempotency_key_reused", "key_shown_once", "too_many_keys"],
      whenStoreFails: "outcome_unknown",
    }, async ({ filo, command: { at: now, idempotency: request }, parameters }) => {
      if (parameters.expiresAt !== undefined && parameters.expiresAt <= now) {
        const error = { field: "expiresAt", code: "invalid_expires_at" };
        return listErrors("validation_failed", [error]);
      }
      const making = await namedKeys.make({ ...parameters, filo, now, request });
      if (making.outcome !== "made") return toMakingProblem(making);
      const { lastUsedAt: _, ...shown } = toNamedKey(making.key);
      return { status: 201, message: "key_made", body: { ...shown, key: making.text } };
    }),

    defineFleetEndpoint({
      ...common,
      method: "get",
      operation: "list_keys",
      summary: "Lists the named keys that were not revoked, newest first",
      parameters: z.object({ limit: limit.optional(), cursor: keyCursor.optional() }),
      answers: { 200: namedKeyListAnswer },
      problems: [],
    }, async ({ filo, parameters: { limit = PAGE_DEFAULT, cursor: before } }) => {
      const keys = await namedKeys.list(filo, { limit: limit + 1, before });
      const shown = keys.slice(0, limit);
      const nextCursor = keys.length > limit ? shown.at(-1)?.keyId ?? null : null;
      const body = { data: shown.map(toNamedKey), nextCursor };
      return { status: 200, message: "keys_listed", body };
    }),

    defineFleetEndpoint({
      ...common,
      method: "delete",
      operation: "revoke_key",
      summary: "Revokes a named key at once, on every instance",
      parameters: z.object({ keyId }),
      answers: { 200: revokedKeyAnswer },
      problems: ["key_not_found"],
      whenStoreFails: "outcome_unknown",
    }, async ({ filo, at, parameters: { keyId } }) => {
      const key = await namedKeys.revoke(filo, keyId, at);
      if (key === undefined) return problem("key_not_found");
      const body = { ...toNamedKey(key), revokedAt: toInstant(key.revokedAt ?? at) };
      return { status: 200, message: "key_revoked", body };
    }),
  ];
}

function toMakingProblem(making: Exclude<KeyMaking, { outcome: "made" }>): Problem {
  switch (making.outcome) {
    case "made_before":
      return problem("key_shown_once", { keyId: making.keyId });
    case "key_reused":
      return problem("idempotency_key_reused");
    case "too_many":
      return problem("too_many_keys");
  }
}

function toNamedKey(key: NamedKey): NamedKeyBody {
  const { keyId, name, scopes, createdAt, expiresAt, lastUsedAt } = key;
  return {
    keyId,
    name,
    scopes: [...scopes],
    createdAt: toInstant(createdAt),
    expiresAt: expiresAt === undefined ? null : toInstant(expiresAt),
    lastUsedAt: lastUsedAt === undefined ? null : toInstant(lastUsedAt),
  };
}
