import type { Instant } from "../account.ts";
import { DECLINES_PER_CARD_AND_HOUR, HOUR_MILLISECONDS } from "../limits.ts";
import type { AuthStore } from "../ports/auth_store.ts";
import type { Eventually } from "../ports/eventually.ts";
import type { Log } from "../ports/log.ts";
import type { RateLimit } from "../ports/rate_limiter.ts";
import type { RejectionOf } from "../rejection.ts";

export interface CardDeclinesPorts {
  readonly counters: Pick<AuthStore, "count" | "takeBack">;
  readonly log: Log;
}

/** A charge of a card in a fleet, and when its top-up is started. */
export interface CardCharge {
  readonly filo: string;
  readonly fleetFingerprint: string;
  readonly at: Instant;
}

/** A card that is perhaps still to be opened. */
interface Opening {
  readonly fleetFingerprint: Eventually<string>;
}

/**
 * Counts how often one card is declined in a fleet, whichever accounts it is saved on: who tries a
 * card on account after account passes the limit of none of them.
 */
export interface CardDeclines {
  /**
   * Counts a charge as the decline that it may become, before it is made: charges that race could
   * otherwise all be declined. Undefined when there is room for it.
   */
  reserve(charge: CardCharge): Promise<RejectionOf<"rate_limited"> | undefined>;
  /** Uncounts a charge that was not declined. Where that fails it stays counted until the hour is over. */
  release(charge: Omit<CardCharge, "fleetFingerprint"> & Opening): Promise<void>;
}

export function createCardDeclines({ counters, log }: CardDeclinesPorts): CardDeclines {
  function limitOf({ fleetFingerprint }: CardCharge): RateLimit {
    const policy = "fleet_card_declines";
    return {
      policy,
      key: `${policy}:${fleetFingerprint}`,
      limit: DECLINES_PER_CARD_AND_HOUR,
      windowSeconds: HOUR_MILLISECONDS / 1_000,
    };
  }

  return {
    reserve: async (charge) => {
      const exceeded = await counters.count([limitOf(charge)], charge.at);
      if (exceeded === undefined) return undefined;
      const { key: _, ...shown } = exceeded;
      return { code: "rate_limited", ...shown };
    },
    release: async (charge) => {
      try {
        const fleetFingerprint = await charge.fleetFingerprint;
        await counters.takeBack([limitOf({ ...charge, fleetFingerprint })], charge.at);
      } catch (error) {
        log.warn("card_decline_still_counted", { error });
      }
    },
  };
}
