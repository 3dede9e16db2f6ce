import { type AccountId, accountKey } from "../account.ts";
import { CODE_WINDOW_SECONDS, DAY_MILLISECONDS } from "../limits.ts";
import type { RateLimit } from "../ports/rate_limiter.ts";

const DAY_SECONDS = DAY_MILLISECONDS / 1_000;

/** How many wrong or sent codes are allowed: in a window, or in a day. */
interface CodeBounds {
  readonly perPeer: number;
  readonly perUserAndPeer: number;
  readonly perUserAndPeerADay: number;
  readonly perUserADay: number;
}

/** Somebody who tries to sign in as a user. */
export interface Attempt {
  readonly account: AccountId;
  /** Undefined for a fleet's server, whose one address speaks for all its users. */
  readonly peer: string | undefined;
}

/**
 * What an attempt counts against at one address: the narrowest first, because what is past a limit
 * counts against none of the wider ones.
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

/** What an attempt counts against for its user, from wherever it comes. */
export function limitOfUser(
  policy: string,
  { perUserADay }: CodeBounds,
  { account }: Attempt,
): RateLimit {
  const key = `${policy}:${accountKey(account)}`;
  return { policy, key, limit: perUserADay, windowSeconds: DAY_SECONDS };
}
