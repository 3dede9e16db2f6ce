import { StoreUnavailableError } from "../../domain/ports/errors.ts";

/**
 * A port whose calls are given up after a time. The driver bounds each of its waits (for a server,
 * a connection, an answer), but they follow one another and begin anew when it repeats a command.
 * Whether a call that was given up takes effect is open, as after a lost connection.
 */
export function withTimeLimit<Port extends object>(port: Port, milliseconds: number): Port {
  const limited = Object.entries(port).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    return [name, (...args: unknown[]) => {
      return inTime(Reflect.apply(member, port, args), { name, milliseconds });
    }];
  });
  return Object.fromEntries(limited);
}

interface Limit {
  readonly name: string;
  readonly milliseconds: number;
}

async function inTime(call: Promise<unknown>, { name, milliseconds }: Limit): Promise<unknown> {
  const late = Promise.withResolvers<never>();
  const timer = setTimeout(
    () =>
      late.reject(new StoreUnavailableError(new Error(`${name}: no answer in ${milliseconds} ms`))),
    milliseconds,
  );
  return await Promise.race([call, late.promise]).finally(() => clearTimeout(timer));
}
