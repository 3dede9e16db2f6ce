import type {
  Accounts,
  AuditLog,
  AuthStore,
  CardVault,
  Clock,
  CodeSender,
  Digests,
  Ids,
  Journal,
  Log,
  Pingable,
  RateLimiter,
  SecretHasher,
} from "../domain/ports.ts";
import type { TopUpSettlement } from "../domain/top_up_settlement.ts";
import type { Texts } from "./messages.ts";

/** What the routes stand on. `main.ts` and the tests put it together. */
export interface Dependencies {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly auth: AuthStore;
  readonly vault: CardVault;
  readonly settlement: TopUpSettlement;
  readonly hasher: SecretHasher;
  readonly digests: Digests;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly limiter: RateLimiter;
  readonly codeSender: CodeSender;
  readonly texts: Texts;
  /**
   * Undefined once it is known that the store is the right one, which is all but always; until then no
   * request may touch it. Rejects when the store is away.
   */
  readonly opening: () => Promise<void> | undefined;
  /** The stores that `/health/ready` asks. */
  readonly stores: readonly Pingable[];
  readonly settings: Settings;
}

export interface Settings {
  /** By fleet, the SHA-256 of its keys: two at once while one is being replaced. */
  readonly fleets: ReadonlyMap<string, readonly string[]>;
  readonly allowCardNumberInUrl: boolean;
  /** Whether a proxy of ours writes X-Forwarded-For. */
  readonly trustProxy: boolean;
  /** Requests a minute; 0 is without a limit. */
  readonly requestsPerMinute: { readonly user: number; readonly fleet: number };
}
