import { z } from "zod";
import { PAGE_DEFAULT } from "../domain/limits.ts";
import type { AuditPlace, AuditRecord } from "../domain/ports/audit.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { defineFleetEndpoint, type Endpoint } from "./http/endpoint.ts";
import { auditListAnswer, type AuditListBody } from "./contract/fleet_answers.ts";
import { keyId, limit, userNo } from "./contract/fields.ts";
import { auditCursor, from, to } from "./contract/fleet_fields.ts";
import { toPeriod } from "./contract/period.ts";
import { toInstant } from "./contract/instant.ts";
import { listErrors } from "./contract/problems.ts";

/** Who asked for what in a fleet, and how it ended. */
export function createAuditRoutes(
  { audit, auditTrail, fleet: { cursors }, settings }: Dependencies,
): readonly Endpoint[] {
  return [
    defineFleetEndpoint({
      method: "get",
      path: "/filo/denetim",
      operation: "list_audit",
      scope: "admin",
      tag: "audit",
      summary: "Lists what was asked of the fleet and how it ended, newest first",
      parameters: z.object({
        userNo: userNo.optional(),
        key: keyId.optional(),
        from: from.optional(),
        to: to.optional(),
        limit: limit.optional(),
        cursor: auditCursor.optional(),
      }),
      answers: { 200: auditListAnswer },
      problems: ["validation_failed"],
    }, async ({ filo, parameters }) => {
      const { userNo, key, limit = PAGE_DEFAULT, cursor } = parameters;
      const period = toPeriod(parameters, settings.timeZone);
      if (!period.ok) return period.problem;
      const scope = `${filo}/denetim`;
      const after = cursor === undefined ? undefined : toPlace(cursors.open(scope, cursor));
      if (cursor !== undefined && after === undefined) {
        return listErrors("validation_failed", [{ field: "cursor", code: "invalid_cursor" }]);
      }
      // So that a caller finds what was asked of this instance until now.
      await audit.written();
      const { records, next } = await auditTrail.list(filo, {
        ...period.value,
        limit,
        userNo,
        key,
        after,
      });
      const nextCursor = next ? cursors.seal(scope, `${next.major} ${next.minor}`) : null;
      const body = { data: records.map(toAuditRecord), nextCursor };
      return { status: 200, message: "audit_listed", body };
    }),
  ];
}

function toPlace(text: string | undefined): AuditPlace | undefined {
  const [major, minor] = text?.split(" ") ?? [];
  return minor === undefined ? undefined : { major: Number(major), minor };
}

function toAuditRecord(record: AuditRecord): AuditListBody["data"][number] {
  const { at, requestId, who, key, userNo, operation, status, code, fields, peer } = record;
  return {
    createdAt: toInstant(at),
    requestId,
    who,
    ...(key !== undefined && { key }),
    userNo,
    operation,
    status,
    code,
    ...(fields !== undefined && { fields: fields.split(",") }),
    ...(peer !== undefined && { peer }),
  };
}
