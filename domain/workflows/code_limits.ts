import { type AccountId, accountKey } from "../account.ts";
import { CODE_WINDOW_SECONDS, DAY_MILLISECONDS } from "../limits.ts";
import type { RateLimit } from "../ports/rate_limiter.ts";

const DAY_SECONDS = DAY_MILLISECONDS / 1_000;

/** How many wrong or sent codes are allowed, per window or per day. */
interface CodeBounds {
  readonly perPeer: number;
  readonly perUserAndPeer: number;
  readonly perUserAndPeerADay: number;
  readonly perUserADay: number;
}

/** An attempt to sign in as a user. */
export interface Attempt {
  readonly account: AccountId;
  /** The caller's address; undefined for a fleet's server, which speaks for all its users. */
  readonly peer: string | undefined;
}

/**
 * What an attempt from one address counts against. The narrowest limit comes first, because an attempt
 * beyond one limit does not count against the wider ones.
 */
export function limitsAtPeer(
  policy: string,
  { perPeer, perUserAndPeer, perUserAndPeerADay }: CodeBounds,
  { account, peer }: Attempt,
): readonly RateLimit[] {
  const key = `${policy}:${accountKey(account)}:${peer ?? "fleet"}`;
  const ofBoth = { policy, key, limit: perUserAndPeer, windowSeconds: CODE_WINDOW_SECONDS };
  if (peer === undefined) return [ofBoth];
  return [
    ofBoth,
    { policy, key, limit: perUserAndPeerADay, windowSeconds: DAY_SECONDS },
    { policy, key: `${policy}:${peer}`, limit: perPeer, windowSeconds: CODE_WINDOW_SECONDS },
  ];
}

/** What an attempt counts against for its user, from any address. */
export function limitOfUser(
  policy: string,
  { perUserADay }: CodeBounds,
  { account }: Attempt,
): RateLimit {
  const key = `${policy}:${accountKey(account)}`;
  return { policy, key, limit: perUserADay, windowSeconds: DAY_SECONDS };
}
