import { pause } from "../../infra/process/clock.ts";

interface DelayProxyOptions {
  readonly target: { readonly hostname: string; readonly port: number };
  /** Added to each round trip, on the way to the target. */
  readonly delayMilliseconds: number;
  /** Where it listens; any free port by default. */
  readonly port?: number;
}

/** What gets lost: everything, or only what the target says. */
type Swallowed = "everything" | "answers";

/** A network between a client and a server, slow or broken as a test wants it. */
export interface DelayProxy {
  readonly hostname: string;
  readonly port: number;
  /** Loses what comes from now on, on connections that are open and on new ones. */
  swallow(what: Swallowed): void;
  /** New connections work again; one that lost bytes stays silent, because TCP leaves no gaps. */
  letThrough(): void;
  close(): Promise<void>;
}

/** A client's connection and the one to the target that belongs to it. */
interface Relay {
  readonly client: Deno.TcpConn;
  readonly server: Deno.TcpConn;
  swallowed: Swallowed | "nothing";
}

/** Bytes at one time. */
const BUFFER_BYTES = 64 * 1024;

/**
 * Listens on loopback and passes on what comes, in order and later. Only time is added: bytes that are
 * sent close together also arrive close together, as on a long line.
 */
export function startDelayProxy(
  { target, delayMilliseconds, port: wanted = 0 }: DelayProxyOptions,
): DelayProxy {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: wanted });
  const { hostname, port } = listener.addr;
  const closing = new AbortController();
  const relays = new Set<Relay>();
  const running = new Set<Promise<void>>();
  let swallowed: Relay["swallowed"] = "nothing";

  async function passRequests(relay: Relay): Promise<void> {
    const { client, server } = relay;
    let passed: Promise<unknown> = Promise.resolve();
    for await (const bytes of readAll(client)) {
      if (relay.swallowed === "everything") continue;
      const due = performance.now() + delayMilliseconds;
      passed = passed.then(async () => {
        const early = due - performance.now();
        if (early > 0) await pause(early, closing.signal);
        await writeAll(server, bytes);
      });
      passed.catch(() => closeBoth(relay)); // awaited below as well
    }
    await passed;
    await server.closeWrite();
  }

  async function passAnswers(relay: Relay): Promise<void> {
    const { client, server } = relay;
    for await (const bytes of readAll(server)) {
      if (relay.swallowed === "nothing") await writeAll(client, bytes);
    }
    await client.closeWrite();
  }

  async function serve(client: Deno.TcpConn): Promise<void> {
    const server = await Deno.connect(target).catch(() => undefined);
    if (server === undefined) return client.close();
    const relay: Relay = { client, server, swallowed };
    relays.add(relay);
    for (const connection of [client, server]) connection.setNoDelay();
    if (closing.signal.aborted) closeBoth(relay);
    // When one direction breaks, the other has no use any more.
    await Promise.all([passRequests, passAnswers].map((pass) => {
      return pass(relay).catch(() => closeBoth(relay));
    }));
    closeBoth(relay);
    relays.delete(relay);
  }

  const accepting = (async () => {
    for await (const client of listener) {
      const serving = serve(client).finally(() => running.delete(serving));
      running.add(serving);
    }
  })();

  return {
    hostname,
    port,
    swallow: (what) => {
      swallowed = what;
      for (const relay of relays) relay.swallowed = what;
    },
    letThrough: () => void (swallowed = "nothing"),
    close: async () => {
      listener.close();
      closing.abort();
      for (const relay of relays) closeBoth(relay);
      await accepting;
      await Promise.all(running);
    },
  };
}

/** What comes until the other side ends. */
async function* readAll(connection: Deno.TcpConn): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(BUFFER_BYTES);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return;
    yield buffer.slice(0, count);
  }
}

async function writeAll(connection: Deno.TcpConn, bytes: Uint8Array): Promise<void> {
  for (let sent = 0; sent < bytes.length;) sent += await connection.write(bytes.subarray(sent));
}

function closeBoth({ client, server }: Relay): void {
  for (const connection of [client, server]) {
    try {
      connection.close();
    } catch (error) {
      // A connection that has broken is closed already.
      if (!(error instanceof Deno.errors.BadResource)) throw error;
    }
  }
}
