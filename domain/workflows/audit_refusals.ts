import type { Instant } from "../account.ts";
import { AUDIT_REFUSAL_GROUPS, AUDIT_REFUSALS_MILLISECONDS } from "../limits.ts";
import type { AuditRecord } from "../ports/audit.ts";

/** Refusals of strangers, counted: whoever needs no key must not be able to fill a disk. */
export interface RefusalCounter {
  count(refusal: AuditRecord): void;
  /** Whether a minute has passed since the first that is counted. */
  isDue(now: Instant): boolean;
  /** One record for each address and code, and counts from nothing again. */
  take(): readonly AuditRecord[];
}

/** Stands where the addresses of a minute were too many, and where one was refused several operations. */
const OTHERS = "others";
const SEVERAL = "several";

export function createRefusalCounter(): RefusalCounter {
  let groups = new Map<string, AuditRecord>();
  let startedAt = 0;

  return {
    count: (refusal) => {
      if (groups.size === 0) startedAt = refusal.at;
      const { peer = OTHERS, code } = refusal;
      const own = `${peer} ${code}`;
      const isKept = groups.has(own) || groups.size < AUDIT_REFUSAL_GROUPS;
      const group = isKept ? own : `${OTHERS} ${code}`;
      const before = groups.get(group);
      groups.set(
        group,
        before ? addTo(before, refusal) : startGroup(refusal, isKept ? peer : OTHERS),
      );
    },
    isDue: (now) => groups.size > 0 && now - startedAt >= AUDIT_REFUSALS_MILLISECONDS,
    take: () => {
      const records = [...groups.values()];
      groups = new Map();
      return records;
    },
  };
}

/** Leaves out whom the stranger names, because each refusal of the group could name another. */
function startGroup(refusal: AuditRecord, peer: string): AuditRecord {
  return { ...refusal, filo: null, userNo: null, peer, count: 1 };
}

function addTo(before: AuditRecord, refusal: AuditRecord): AuditRecord {
  const operation = before.operation === refusal.operation ? before.operation : SEVERAL;
  return { ...before, operation, count: (before.count ?? 1) + 1 };
}
