/**
 * The part of a Redis client that the Upstash bridge needs: it sends commands and reads their replies in
 * order.
 *
 * @module
 */

/** What Redis answers. A text is bytes, because a value need not be UTF-8. */
export type Reply = number | null | Uint8Array<ArrayBuffer> | RedisError | readonly Reply[];

/** A refusal by Redis, such as `WRONGTYPE …`. A value, because a pipeline has other replies as well. */
export class RedisError extends Error {
  override readonly name = "RedisError";
}

export interface RedisConnection {
  /** Sends commands, with none of another caller between them, and returns a reply for each. */
  send(commands: readonly (readonly string[])[]): Promise<Reply[]>;
  close(): void;
}

/** Connects to a Redis on this machine. */
export async function connectToRedis(port: number): Promise<RedisConnection> {
  const connection = await Deno.connect({ hostname: "127.0.0.1", port });
  const writer = connection.writable.getWriter();
  const reader = new ReplyReader(connection.readable.getReader());
  let last: Promise<unknown> = Promise.resolve();

  async function exchange(commands: readonly (readonly string[])[]): Promise<Reply[]> {
    await writer.write(toRequest(commands));
    const replies: Reply[] = [];
    for (const _ of commands) replies.push(await reader.read());
    return replies;
  }

  return {
    send: (commands) => {
      const exchanged = last.then(() => exchange(commands));
      last = exchanged.catch(() => {}); // a failure belongs to its caller, and the next call goes on
      return exchanged;
    },
    close: () => connection.close(),
  };
}

/** Writes commands in RESP: an array of texts, each with its length in bytes. */
function toRequest(commands: readonly (readonly string[])[]): Uint8Array {
  const encoder = new TextEncoder();
  const text = (word: string) => `$${encoder.encode(word).length}\r\n${word}\r\n`;
  return encoder.encode(
    commands.map((words) => `*${words.length}\r\n${words.map(text).join("")}`).join(""),
  );
}

const LINE_FEED = "\n".charCodeAt(0);

/** Reads replies (RESP2) from a stream that may split them anywhere. */
export class ReplyReader {
  readonly #stream: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>;
  #unread: Uint8Array<ArrayBuffer> = new Uint8Array();

  constructor(stream: ReadableStreamDefaultReader<Uint8Array<ArrayBuffer>>) {
    this.#stream = stream;
  }

  async read(): Promise<Reply> {
    const line = await this.#line();
    const rest = line.slice(1);
    switch (line[0]) {
      case "+":
        return new TextEncoder().encode(rest);
      case "-":
        return new RedisError(rest);
      case ":":
        return Number(rest);
      case "$":
        return rest === "-1" ? null : await this.#text(Number(rest));
      case "*":
        return rest === "-1" ? null : await this.#array(Number(rest));
      default:
        throw new Error(`Cannot read Redis's reply: it begins with ${line.slice(0, 20)}`);
    }
  }

  async #array(length: number): Promise<Reply[]> {
    const replies: Reply[] = [];
    while (replies.length < length) replies.push(await this.read());
    return replies;
  }

  /** Reads a text of that many bytes, which may contain line ends, and the line end after it. */
  async #text(length: number): Promise<Uint8Array<ArrayBuffer>> {
    while (this.#unread.length < length + 2) await this.#more();
    return this.#take(length + 2).slice(0, length);
  }

  async #line(): Promise<string> {
    while (!this.#unread.includes(LINE_FEED)) await this.#more();
    const line = this.#take(this.#unread.indexOf(LINE_FEED) + 1);
    return new TextDecoder().decode(line.slice(0, -2));
  }

  #take(length: number): Uint8Array<ArrayBuffer> {
    const taken = this.#unread.slice(0, length);
    this.#unread = this.#unread.slice(length);
    return taken;
  }

  async #more(): Promise<void> {
    const { value, done } = await this.#stream.read();
    if (done) throw new Error("Cannot read Redis's reply: the connection has ended");
    const joined = new Uint8Array(this.#unread.length + value.length);
    joined.set(this.#unread);
    joined.set(value, this.#unread.length);
    this.#unread = joined;
  }
}
