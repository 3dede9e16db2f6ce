/** Tells who listens to a fleet's events that there are new ones. */
export interface Arrivals {
  listen(fleets: ReadonlySet<string>, onArrival: (filo: string) => void): void;
  hasListener(filo: string): boolean;
  /** Costs nothing if nobody listens. */
  tell(filo: string): void;
}

export function createArrivals(): Arrivals {
  let listening: ReadonlySet<string> = new Set();
  let onArrival: (filo: string) => void = () => {};
  return {
    listen: (fleets, told) => {
      listening = fleets;
      onArrival = told;
    },
    hasListener: (filo) => listening.has(filo),
    tell: (filo) => {
      if (listening.has(filo)) onArrival(filo);
    },
  };
}
