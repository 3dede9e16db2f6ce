import { StoreUnavailableError } from "../../domain/ports/errors.ts";

interface Limit {
  readonly name: string;
  readonly milliseconds: number;
}

/**
 * Gives up on a call after a time. The driver limits each of its waits (for a server, a connection, an
 * answer), but they follow one another and start again when it repeats a command. It is unknown whether
 * a call that was given up on takes effect, as after a lost connection.
 */
export async function limitTime<T>(
  run: () => Promise<T>,
  { name, milliseconds }: Limit,
): Promise<T> {
  const call = run();
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(new StoreUnavailableError(new Error(`${name}: no answer in ${milliseconds} ms`))),
    milliseconds,
  );
  return await Promise.race([call, late.promise]).finally(() => clearTimeout(timer));
}
