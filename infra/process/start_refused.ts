import { StoreUnavailableError } from "../../domain/ports/errors.ts";

/** Why Kese does not start, in sentences for its operator, whom a stack trace would tell nothing. */
export class StartRefusedError extends Error {
  override readonly name = "StartRefusedError";

  constructor(readonly faults: readonly string[], options?: ErrorOptions) {
    super(faults.join("; "), options);
  }
}

/** Refuses a task that works on an existing store: it must not create an empty one and find it correct. */
export function noStoreError(place: string): StartRefusedError {
  return new StartRefusedError([
    `There is no store at ${place}. Only the tasks start and dev make one, and db:init on MongoDB.`,
  ]);
}

/** Says what went wrong at the start; undefined for a bug, whose stack trace is wanted. */
function describeFaults(error: unknown): readonly string[] | undefined {
  if (error instanceof StartRefusedError) return error.faults;
  // The driver, which is loaded only where it is used: a wrong password, a user who may not write.
  if (error instanceof Error && error.name === "MongoServerError") {
    return [`MongoDB refuses what Kese asks of it: ${error.message} (MONGODB_URI)`];
  }
  const isOfTheMachine = error instanceof StoreUnavailableError ||
    Object.values(Deno.errors).some((kind) => error instanceof kind);
  return isOfTheMachine && error instanceof Error ? [error.message] : undefined;
}

/** Runs a step of the start, or exits and lists everything that is wrong. */
export async function startOrExit<Result>(start: () => Promise<Result>): Promise<Result> {
  try {
    return await start();
  } catch (error) {
    const faults = describeFaults(error);
    if (faults === undefined) throw error;
    exitWithFaults(faults);
  }
}

/** Exits and lists everything that is wrong. */
export function exitWithFaults(faults: readonly string[]): never {
  console.error("Cannot start Kese:");
  for (const fault of faults) console.error(`  ${fault}`);
  Deno.exit(1);
}
