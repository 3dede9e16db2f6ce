import { StoreUnavailableError } from "../../domain/ports/errors.ts";

/** Why Kese does not start, in sentences for whoever operates it: a stack trace would tell them nothing. */
export class StartRefusedError extends Error {
  override readonly name = "StartRefusedError";

  constructor(readonly faults: readonly string[], options?: ErrorOptions) {
    super(faults.join("; "), options);
  }
}

/** For a task that is to work on a store: it must not make an empty one and find it in order. */
export function noStore(place: string): StartRefusedError {
  return new StartRefusedError([
    `There is no store at ${place}. Only the tasks start and dev make one, and db:init on MongoDB.`,
  ]);
}

/** The sentences of what went wrong at the start; undefined for a bug, whose stack is wanted. */
export function faultsOf(error: unknown): readonly string[] | undefined {
  if (error instanceof StartRefusedError) return error.faults;
  const isOfTheMachine = error instanceof StoreUnavailableError ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
  return isOfTheMachine && error instanceof Error ? [error.message] : undefined;
}

/** Does what belongs to the start, or ends the program with everything that is wrong. */
export async function orExit<Result>(start: () => Promise<Result>): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    const faults = faultsOf(error);
    if (faults === undefined) throw error;
    refuseStart(faults);
  }
}

/** Ends the program with everything that is wrong. */
export function refuseStart(faults: readonly string[]): never {
  console.error("Cannot start Kese:");
  for (const fault of faults) console.error(`  ${fault}`);
  Deno.exit(1);
}
