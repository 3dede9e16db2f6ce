/** Counts what runs at the same time, by whose it is. */
export class AtOnce {
  readonly #most: number;
  readonly #running = new Map<string, number>();

  constructor(most: number) {
    this.#most = most;
  }

  /** A function that ends it, to be called once; undefined if as many run as may. */
  begin(whose: string): (() => void) | undefined {
    const running = this.#running.get(whose) ?? 0;
    if (running >= this.#most) return undefined;
    this.#running.set(whose, running + 1);
    return () => {
      const left = (this.#running.get(whose) ?? 1) - 1;
      if (left > 0) this.#running.set(whose, left);
      else this.#running.delete(whose);
    };
  }
}
