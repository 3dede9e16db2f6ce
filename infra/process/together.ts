import type { Eventually } from "../../domain/ports/eventually.ts";

/**
 * Lets what arrives together be worked on together: the first of a turn of the event loop begins at
 * once, because it may be the only one; those after it begin when the turn has ended. Deno hands a
 * request over as soon as it is read, and work begun there alternates with reading the next request
 * and sending the last answer. Each of these calls into the kernel leaves the processor cold for the
 * work after it: without this, a payment costs 90% more.
 */
export function together<Request, Connection, Result>(
  work: (request: Request, connection: Connection) => Eventually<Result>,
): (request: Request, connection: Connection) => Promise<Result> {
  let turn: Promise<void> | undefined;

  function turnEnd(): Promise<void> {
    return new Promise((resolve) => {
      setImmediate(() => {
        turn = undefined;
        resolve();
      });
    });
  }

  // By name: Deno.serve hands no request to a handler that names none.
  return async (request, connection) => {
    if (turn === undefined) turn = turnEnd();
    else await turn;
    return await work(request, connection);
  };
}
