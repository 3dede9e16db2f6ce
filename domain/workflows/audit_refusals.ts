import type { Instant } from "../account.ts";
import { AUDIT_REFUSAL_GROUPS, AUDIT_REFUSALS_MILLISECONDS } from "../limits.ts";
import type { AuditRecord } from "../ports/audit.ts";

/** Counts refusals of strangers, because a caller who needs no key must not be able to fill the disk. */
interface RefusalCounter {
  count(refusal: AuditRecord): void;
  /** Whether a minute has passed since the first refusal that is counted. */
  isDue(now: Instant): boolean;
  /** Gives one record per address and code, and starts counting from zero. */
  take(): readonly AuditRecord[];
}

/** Written in place of an address when there are too many, and of an operation when there are several. */
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

/** Leaves out the user and fleet that the stranger named, because each refusal may name others. */
function startGroup(refusal: AuditRecord, peer: string): AuditRecord {
  return { ...refusal, filo: null, userNo: null, peer, count: 1 };
}

function addTo(before: AuditRecord, refusal: AuditRecord): AuditRecord {
  const operation = before.operation === refusal.operation ? before.operation : SEVERAL;
  return { ...before, operation, count: (before.count ?? 1) + 1 };
}
