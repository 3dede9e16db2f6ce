import type { Pace } from "../../domain/ports/fleet_reading.ts";
import { pause } from "./clock.ts";

interface PaceOptions {
  /** What all who share the pace may take of the event loop together. */
  readonly share: number;
  readonly now?: () => number;
  readonly rest?: (milliseconds: number) => Promise<void>;
}

/**
 * Creates a pace. Pieces are done one after the other, and each is followed by a rest in proportion to
 * the time that it took; so however many there are, requests keep their part of the event loop. A piece
 * that comes after the rest is done at once.
 */
export function createPace(
  { share, now = () => performance.now(), rest = pause }: PaceOptions,
): Pace {
  let restsUntil = -Infinity;
  let last: Promise<unknown> = Promise.resolve();

  async function inTurn<T>(piece: () => T): Promise<T> {
    const left = restsUntil - now();
    if (left > 0) await rest(left);
    const begin = now();
    try {
      return piece();
    } finally {
      const end = now();
      restsUntil = end + (end - begin) * (1 / share - 1);
    }
  }

  return (piece) => {
    const turn = last.then(() => inTurn(piece));
    last = turn.catch(() => {});
    return turn;
  };
}
