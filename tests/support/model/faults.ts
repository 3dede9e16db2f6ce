/** What befalls a call, and how much longer than usual it takes. */
export interface Fault {
  readonly kind: FaultKind;
  /** Turns of the event loop, in which others get ahead. */
  readonly turns: number;
  /** Time that passes on the clocks. */
  readonly milliseconds: number;
}

/**
 * A call may fail before it takes effect, after it (the answer is lost), or take effect only later
 * than its failure was heard of. A save may also be told that it lost a race or found no room.
 */
export const FAULT_KINDS = [
  "none",
  "fails_before",
  "fails_after",
  "lands_late",
  "conflict",
  "full",
] as const;
export type FaultKind = typeof FAULT_KINDS[number];

/** A call to the outside that can be made to fail. */
export interface Call<T> {
  readonly name: string;
  readonly make: () => Promise<T>;
  /** Whether it changes anything: only then can it take effect late. */
  readonly writes?: boolean;
  /** How it says that it failed; a plain error when it has no words of its own. */
  readonly failure?: (cause: Error) => Error;
  /** Answers that it can give without having done anything. */
  readonly refusals?: Partial<Readonly<Record<FaultKind, T>>>;
}

/** Faults that befall calls in the order in which they are made, whoever makes them. */
export interface Faults {
  /** How often which fault befell a call. */
  readonly counts: ReadonlyMap<string, number>;
  befall<T>(call: Call<T>): Promise<T>;
  /** From now on nothing fails. Resolves when all that was late has landed. */
  stop(): Promise<void>;
}

export const NO_FAULT: Fault = { kind: "none", turns: 0, milliseconds: 0 };

/** Late is later than the retry of the same call. */
const TURNS_LATE = 40;

/** Each fault once, in order; then none. So whoever tries again gets through in the end. */
export function createFaults(
  planned: readonly Fault[],
  { letTimePass }: { readonly letTimePass: (milliseconds: number) => void },
): Faults {
  const waiting = [...planned];
  const late = new Set<Promise<void>>();
  const counts = new Map<string, number>();

  function land(make: () => Promise<unknown>): void {
    const landing: Promise<void> = pass(TURNS_LATE)
      .then(make)
      // It fails or not: who asked for it has long been told something else.
      .then(() => {}, () => {})
      .finally(() => late.delete(landing));
    late.add(landing);
  }

  async function befall<T>(call: Call<T>): Promise<T> {
    const { name, make, writes = false, failure = (cause: Error) => cause, refusals = {} } = call;
    const { kind, turns, milliseconds } = waiting.shift() ?? NO_FAULT;
    await pass(turns);
    if (milliseconds > 0) letTimePass(milliseconds);
    const refusal = refusals[kind];
    const happens = kind === "fails_before" || kind === "fails_after" ||
      kind === "lands_late" && writes || refusal !== undefined;
    if (!happens) return await make();
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (refusal !== undefined) return refusal;
    if (kind === "lands_late") land(make);
    if (kind === "fails_after") await make();
    throw failure(new Error(`${name}: ${kind}`));
  }

  return {
    counts,
    befall,
    stop: async () => {
      waiting.length = 0;
      while (late.size > 0) await Promise.all(late);
    },
  };
}

async function pass(turns: number): Promise<void> {
  for (let turn = 0; turn < turns; turn++) {
    await new Promise<void>((resolve) => setImmediate(resolve));
  }
}
