import type { Instant } from "../account.ts";

/** One request as the audit keeps it: never a path, a query or a card number. */
export interface AuditRecord {
  readonly at: Instant;
  readonly requestId: string;
  readonly who: "fleet" | "session" | "anonymous";
  readonly filo: string | null;
  readonly userNo: string | null;
  readonly operation: string;
  readonly status: number;
  readonly code: string | null;
  /** Which personal data were changed: their names, with commas between. */
  readonly fields?: string;
  /** The address of the caller, if nobody knows who they are. */
  readonly peer?: string;
  /** How many refused requests of one minute this record stands for. One if left out. */
  readonly count?: number;
}

/** Takes the record of each request. No request waits for it to be written. */
export interface AuditLog {
  record(record: AuditRecord): void;
  flush(): Promise<void>;
}

/** Where audit records are kept for good. */
export interface AuditSink {
  write(records: readonly AuditRecord[]): Promise<void>;
}
