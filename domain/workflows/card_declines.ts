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

/** A charge of a card in a fleet, and when its top-up was started. */
interface CardCharge {
  readonly filo: string;
  readonly fleetFingerprint: string;
  readonly at: Instant;
}

/** A card that may still have to be opened. */
interface Opening {
  readonly fleetFingerprint: Eventually<string>;
}

/**
 * Counts how often a card is declined in a fleet, whichever accounts it is saved on, because trying a
 * card on one account after another reaches the limit of none of them.
 */
export interface CardDeclines {
  /**
   * Counts a charge as a decline before it is made, because charges that race could otherwise all be
   * declined. Undefined if the limit allows it.
   */
  reserve(charge: CardCharge): Promise<RejectionOf<"rate_limited"> | undefined>;
  /** Takes back the count of a charge that was not declined. If that fails, it counts until the hour is over. */
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
