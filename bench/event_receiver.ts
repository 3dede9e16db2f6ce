/**
 * A fleet's own system for the benchmark of events, in a process of its own: it answers each event after
 * 20 ms, and says with a GET what it has got. It ends with its input.
 *
 * @module
 */

const ANSWER_AFTER_MILLISECONDS = 20;

interface Event {
  readonly timestamp: string;
  readonly data: { readonly id: string; readonly userNo: string; readonly seq: number };
}

/** What has arrived since the last time it was asked. */
export interface Received {
  readonly events: number;
  /** Events that came before an earlier one of their account. */
  readonly outOfOrder: number;
  /** From the entry's time to its arrival here, in milliseconds. */
  readonly lags: readonly number[];
}

const seqs = new Map<string, number>();
let lags: number[] = [];
let outOfOrder = 0;

function note({ timestamp, data: { userNo, seq } }: Event): void {
  const before = seqs.get(userNo) ?? 0;
  // At least once: what came before may come again.
  if (seq <= before) return;
  if (seq > before + 1 && before > 0) outOfOrder++;
  seqs.set(userNo, seq);
  lags.push(Date.now() - Date.parse(timestamp));
}

function takeReceived(): Received {
  const taken = { events: lags.length, outOfOrder, lags };
  lags = [];
  outOfOrder = 0;
  return taken;
}

if (import.meta.main) {
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, onListen: () => {} },
    async (request) => {
      if (request.method === "GET") return Response.json(takeReceived());
      note(await request.json());
      await new Promise((resolve) => setTimeout(resolve, ANSWER_AFTER_MILLISECONDS));
      return new Response(null, { status: 204 });
    },
  );
  console.log(`events on ${server.addr.port}`);
  for await (const _ of Deno.stdin.readable);
  await server.shutdown();
}
