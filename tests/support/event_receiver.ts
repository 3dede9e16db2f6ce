import { Buffer } from "node:buffer";
import { Webhook } from "svix";

/** The secret of the tests' receivers, and an older one. */
export const EVENT_SECRET = `whsec_${Buffer.alloc(32, 3).toString("base64")}`;
export const OLD_EVENT_SECRET = `whsec_${Buffer.alloc(32, 4).toString("base64")}`;

export interface ReceivedEvent {
  readonly id: string;
  readonly type: string;
  readonly timestamp: string;
  readonly data: {
    readonly filo: string;
    readonly userNo: string;
    readonly id: string;
    readonly seq: number;
    readonly type: string;
  };
  /** When it arrived, in milliseconds of this machine. */
  readonly at: number;
  readonly text: string;
  /** What its address had after the path: tells the processes that sent it apart. */
  readonly query: string;
}

/** A fleet's own system on this machine, which verifies what it gets by another implementation. */
export interface EventReceiver extends AsyncDisposable {
  readonly url: string;
  /** Every event in the order in which it came, repeats included. */
  readonly received: ReceivedEvent[];
  /** Every event once, in the order in which it first came. */
  first(): readonly ReceivedEvent[];
  /** What is answered from now on. */
  answer: (event: ReceivedEvent) => Response | Promise<Response>;
}

export function startEventReceiver(secret = EVENT_SECRET): EventReceiver {
  const webhook = new Webhook(secret);
  const received: ReceivedEvent[] = [];
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  const server = Deno.serve(options, async (request) => {
    const text = await request.text();
    const headers = Object.fromEntries(request.headers);
    webhook.verify(text, headers);
    const body = JSON.parse(text) as Omit<ReceivedEvent, "id" | "at" | "text" | "query">;
    const { search: query } = new URL(request.url);
    const event = { ...body, id: headers["webhook-id"] ?? "", at: Date.now(), text, query };
    received.push(event);
    return await receiver.answer(event);
  });
  const receiver: EventReceiver = {
    url: `http://127.0.0.1:${server.addr.port}/events`,
    received,
    first: () =>
      [...new Map(received.toReversed().map((event) => [event.id, event])).values()]
        .toReversed(),
    answer: () => new Response(null, { status: 204 }),
    [Symbol.asyncDispose]: () => server.shutdown(),
  };
  return receiver;
}

/** Waits until that is so, and fails after some seconds. */
export async function waitUntil(
  isSo: () => boolean | Promise<boolean>,
  seconds = 15,
): Promise<void> {
  for (const deadline = Date.now() + seconds * 1_000; !await isSo();) {
    if (Date.now() > deadline) throw new Error("what was waited for did not come");
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
