/** A door in front of the tests' Redis that a test can shut. */
export interface StoppableRedis {
  readonly url: string;
  readonly token: string;
  stop(): void;
  resume(): void;
  /** How many requests it has answered, and how many found it stopped. */
  readonly counts: () => { readonly answered: number; readonly refused: number };
  close(): Promise<void>;
}

/** Passes requests on to a Redis that speaks Upstash's protocol. While stopped, it refuses them. */
export function startStoppableRedis(
  { url, token, port = 0 }: {
    readonly url: string;
    readonly token: string;
    readonly port?: number;
  },
): StoppableRedis {
  let stopped = false;
  let answered = 0;
  let refused = 0;
  const server = Deno.serve(
    { hostname: "127.0.0.1", port, onListen: () => {} },
    async (request) => {
      const { pathname } = new URL(request.url);
      const { method, headers } = request;
      const body = await request.text();
      if (stopped) {
        refused++;
        return Response.json({ error: "ERR stopped" }, { status: 503 });
      }
      const answer = await fetch(new URL(pathname, url), { method, headers, body });
      answered++;
      return new Response(await answer.text(), { status: answer.status });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    token,
    stop: () => void (stopped = true),
    resume: () => void (stopped = false),
    counts: () => ({ answered, refused }),
    close: () => server.shutdown(),
  };
}
