import type { Instant } from "../account.ts";

/** One request, as the audit keeps it. Never a path, a query or a card number. */
export interface AuditRecord {
  readonly at: Instant;
  readonly requestId: string;
  readonly who: "fleet" | "session" | "anonymous";
  readonly filo: string | null;
  readonly userNo: string | null;
  readonly operation: string;
  readonly status: number;
  readonly code: string | null;
  /** Of a stranger: the address that they call from. */
  readonly peer?: string;
  /** Of refused strangers: how many requests of a minute this record stands for. One if left out. */
  readonly count?: number;
}

/** Takes the record of each request. It is buffered, so recording costs a request nothing. */
export interface AuditLog {
  record(record: AuditRecord): void;
  flush(): Promise<void>;
}

/** Where audit records are kept for good. */
export interface AuditSink {
  write(records: readonly AuditRecord[]): Promise<void>;
}
