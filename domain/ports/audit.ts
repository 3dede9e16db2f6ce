import type { Instant } from "../account.ts";
import type { KeyId } from "../auth.ts";

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
  /** The named key that it came with. */
  readonly key?: KeyId;
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
  /** Writes what waits, but for refusals of strangers that are still being counted. */
  written(): Promise<void>;
  flush(): Promise<void>;
}

/** Where audit records are kept for good. */
export interface AuditSink {
  write(records: readonly AuditRecord[]): Promise<void>;
}

/** Reads what is kept, one fleet's at a time. */
export interface AuditTrail {
  /**
   * Records of a fleet, newest first in about the order in which they were written. A page may hold
   * fewer than it could, and still have a `next`: no search takes longer than a page should.
   */
  list(filo: string, options: AuditListOptions): Promise<AuditPage>;
}

export interface AuditListOptions {
  readonly limit: number;
  readonly from?: Instant | undefined;
  /** The first moment that is not wanted any more. */
  readonly to?: Instant | undefined;
  readonly userNo?: string | undefined;
  readonly key?: string | undefined;
  readonly after?: AuditPlace | undefined;
}

export interface AuditPage {
  readonly records: readonly AuditRecord[];
  readonly next?: AuditPlace;
}

/** Where a page ended, as its store understands it. */
export interface AuditPlace {
  readonly major: number;
  /** Hexadecimal. */
  readonly minor: string;
}
