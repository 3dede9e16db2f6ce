import type { ErasableCache } from "../../domain/ports/account_cache.ts";
import type { Accounts } from "../../domain/ports/accounts.ts";
import type { AuditLog, AuditTrail } from "../../domain/ports/audit.ts";
import type { AuthStore } from "../../domain/ports/auth_store.ts";
import type { CardGateways } from "../../domain/ports/card_gateway.ts";
import type { CardVault } from "../../domain/ports/card_vault.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { CodeSender } from "../../domain/ports/code_sender.ts";
import type { Digests } from "../../domain/ports/digests.ts";
import type { Erasing } from "../../domain/ports/erasing.ts";
import type { FleetReading } from "../../domain/ports/fleet_reading.ts";
import type { Ids } from "../../domain/ports/ids.ts";
import type { Journal } from "../../domain/ports/journal.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Pingable } from "../../domain/ports/health.ts";
import type { Observer } from "../../domain/ports/observer.ts";
import type { People } from "../../domain/ports/people.ts";
import type { RateLimiter } from "../../domain/ports/rate_limiter.ts";
import type { SecretHasher } from "../../domain/ports/secret_hasher.ts";
import type { NamedKeys } from "../../domain/workflows/named_keys.ts";
import type { CardRefunds } from "../../domain/workflows/card_refunds.ts";
import type { TopUpSettlement } from "../../domain/workflows/top_ups.ts";
import type { DayEnds } from "../../domain/workflows/day_ends.ts";
import type { Events } from "../../domain/workflows/events.ts";
import type { Texts } from "../contract/messages.ts";

/** What the routes need. `main.ts` and the tests put it together. */
export interface Dependencies {
  readonly accounts: Accounts;
  readonly journal: Journal;
  readonly fleet: FleetReading;
  readonly dayEnds: DayEnds;
  readonly auth: AuthStore;
  readonly namedKeys: NamedKeys;
  readonly people: People;
  readonly erasing: Erasing;
  readonly cache: Pick<ErasableCache, "replace">;
  readonly vault: CardVault;
  readonly gateways: CardGateways;
  readonly settlement: TopUpSettlement;
  readonly cardRefunds: CardRefunds;
  readonly events: Events;
  readonly hasher: SecretHasher;
  readonly digests: Digests;
  readonly ids: Ids;
  readonly clock: Clock;
  readonly log: Log;
  readonly audit: AuditLog;
  readonly auditTrail: AuditTrail;
  readonly limiter: RateLimiter;
  readonly codeSender: CodeSender;
  readonly texts: Texts;
  /** Measures Kese; usually left out. */
  readonly observer?: Observer;
  /**
   * A promise until the store is known to be the right one; no request may touch it before. Undefined
   * from then on, which is nearly always. Rejects when the store does not answer.
   */
  readonly opening: () => Promise<void> | undefined;
  /** The stores that `/health/ready` asks. */
  readonly stores: readonly Pingable[];
  readonly settings: Settings;
}

export interface Settings {
  readonly mode: "development" | "production";
  /** By fleet, the SHA-256 of its keys: two at once while one is being replaced. */
  readonly fleets: ReadonlyMap<string, readonly string[]>;
  /** Fleets that keep the free texts of erased users' entries. */
  readonly keepTexts: ReadonlySet<string>;
  /** Whose days are meant where a day is named. */
  readonly timeZone: string;
  readonly allowCardNumberInUrl: boolean;
  /** Where users' browsers reach Kese, without a slash at the end. */
  readonly publicUrl: string;
  /** Where they may be sent after 3-D Secure. */
  readonly returnOrigins: readonly string[];
  /** Whose pages may call Kese from a browser, in addition to Kese's own. */
  readonly corsOrigins: readonly string[];
  /** What the pages fill in for a newcomer: a fleet and its key, which are no secret in development. */
  readonly tryOut?: { readonly filo: string; readonly key: string };
  /** Whether the operator's own proxy writes X-Forwarded-For. */
  readonly trustProxy: boolean;
  /** Requests per minute; 0 means no limit. */
  readonly requestsPerMinute: { readonly user: number; readonly fleet: number };
}
