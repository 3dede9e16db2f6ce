const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A connection on which a test sends what it likes, as slowly as it likes. */
export interface RawClient {
  /** False when the server has closed the connection. */
  send(text: string): Promise<boolean>;
  /** What comes next; undefined when the server has closed the connection. */
  receive(): Promise<string | undefined>;
  /** Says that nothing more will be sent. */
  endSending(): Promise<void>;
  /** Closes it; one that is closed stays so. */
  close(): void;
}

/** Connects to `http://127.0.0.1:5000` without an HTTP client in between. */
export async function connectRaw(url: string): Promise<RawClient> {
  const { hostname, port } = new URL(url);
  const connection = await Deno.connect({ hostname, port: Number(port) });
  let open = true;
  const buffer = new Uint8Array(16 * 1024);
  return {
    send: async (text) => {
      try {
        for (let bytes = encoder.encode(text); bytes.length > 0;) {
          bytes = bytes.subarray(await connection.write(bytes));
        }
        return true;
      } catch (error) {
        if (isGone(error)) return false;
        throw error;
      }
    },
    receive: async () => {
      try {
        const length = await connection.read(buffer);
        return length === null ? undefined : decoder.decode(buffer.subarray(0, length));
      } catch (error) {
        if (isGone(error)) return undefined;
        throw error;
      }
    },
    endSending: () => connection.closeWrite(),
    close: () => {
      if (open) connection.close();
      open = false;
    },
  };
}

function isGone(error: unknown): boolean {
  return error instanceof Deno.errors.ConnectionReset || error instanceof Deno.errors.BrokenPipe ||
    error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource;
}
