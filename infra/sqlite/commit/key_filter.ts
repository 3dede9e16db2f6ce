/** For each key: then one in thirty keys that are not in a full filter is taken for one that may be. */
const BITS_PER_KEY = 8;
const LEAST_ROOM = 256;
const PROBES = 3;
/** A key has 48 bits (`shortKey`): two halves, from which all its places in the filter are made. */
const HALF = 2 ** 24;

/**
 * Knows of most keys that they are not among those that were added (Bloom, 1970). It never denies one
 * that was. To ask it touches a few words of memory, where a look-up reads three pages of the file.
 */
export class KeyFilter {
  readonly #bits: Uint32Array;
  readonly #mask: number;
  #room: number;

  /** Has room for twice as many keys. */
  constructor(keys: readonly number[]) {
    const room = 2 ** Math.ceil(Math.log2(Math.max(2 * keys.length, LEAST_ROOM)));
    this.#bits = new Uint32Array(room * BITS_PER_KEY / 32);
    this.#mask = room * BITS_PER_KEY - 1;
    this.#room = room;
    this.add(keys);
  }

  get bytes(): number {
    return this.#bits.byteLength;
  }

  /** Whether more keys can be added; in a filter that is too full nearly every key may be. */
  hasRoomFor(more: number): boolean {
    return more <= this.#room;
  }

  add(keys: readonly number[]): void {
    for (const key of keys) {
      for (let probe = 0; probe < PROBES; probe++) {
        const place = this.#placeOf(key, probe);
        this.#bits[place >>> 5] = (this.#bits[place >>> 5] ?? 0) | (1 << (place & 31));
      }
    }
    this.#room -= keys.length;
  }

  mayHave(key: number): boolean {
    for (let probe = 0; probe < PROBES; probe++) {
      const place = this.#placeOf(key, probe);
      if (((this.#bits[place >>> 5] ?? 0) & (1 << (place & 31))) === 0) return false;
    }
    return true;
  }

  #placeOf(key: number, probe: number): number {
    return (key % HALF + probe * Math.floor(key / HALF)) & this.#mask;
  }
}
