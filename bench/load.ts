/**
 * The load generator: so many connections, each with one request under way, over plain TCP. It
 * waits for the answer to every request that it sent, so what it counts can be checked against the
 * books to the last kurus.
 *
 * @module
 */

export interface LoadOptions {
  readonly port: number;
  readonly connections: number;
  readonly seconds: number;
  /** Gives the bytes of one HTTP request after the other. */
  readonly nextRequest: () => Uint8Array<ArrayBuffer>;
  /** Makes the request that a success is followed by, of its body: both count as one, and take as long as both. */
  readonly following?: (body: string) => Uint8Array<ArrayBuffer>;
}

/** How many payments were made, and how fast. Times are in milliseconds. */
export interface Rates {
  readonly succeeded: number;
  readonly perSecond: number;
  readonly p50: number;
  readonly p99: number;
}

/** What came of a load: those with a status below 400 succeeded. */
export interface LoadResult extends Rates {
  /** All other answers, by status. */
  readonly refused: ReadonlyMap<number, number>;
}

const ANSWER_MAX_BYTES = 512 * 1024;
/** Has no body (RFC 9110, section 15.4.5). */
const NOT_MODIFIED = 304;
const decoder = new TextDecoder();

/** Sends as fast as the answers come, for some seconds. */
export async function applyLoad(options: LoadOptions): Promise<LoadResult> {
  const from = performance.now();
  const until = from + options.seconds * 1_000;
  const lanes = await Promise.all(
    Array.from({ length: options.connections }, () => driveConnection(options, until)),
  );
  const rates = ratesOf(lanes.flatMap((lane) => lane.milliseconds), performance.now() - from);
  const refused = new Map<number, number>();
  for (const status of lanes.flatMap((lane) => lane.refusals)) {
    refused.set(status, (refused.get(status) ?? 0) + 1);
  }
  return { ...rates, refused };
}

/** The rates of payments that took so long each, and so long together. */
export function ratesOf(each: readonly number[], together: number): Rates {
  const sorted = Float64Array.from(each).sort();
  const succeeded = sorted.length;
  return {
    succeeded,
    perSecond: succeeded / (together / 1_000),
    p50: quantile(sorted, 0.5),
    p99: quantile(sorted, 0.99),
  };
}

/** The value that this share of sorted values does not exceed. */
export function quantile(sorted: Float64Array, share: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
}

interface Lane {
  /** How long each success took. */
  readonly milliseconds: number[];
  readonly refusals: number[];
}

async function driveConnection(
  { port, nextRequest, following }: LoadOptions,
  until: number,
): Promise<Lane> {
  using connection = await Deno.connect({ hostname: "127.0.0.1", port });
  connection.setNoDelay(true);
  const buffer = new Uint8Array(ANSWER_MAX_BYTES);
  const lane: Lane = { milliseconds: [], refusals: [] };
  let answeredAt = performance.now();
  // At least once: a busy machine may take all the time to connect.
  do {
    const sentAt = answeredAt;
    await writeAll(connection, nextRequest());
    let { status, body } = await readAnswer(connection, buffer);
    if (following && status < 400) {
      await writeAll(connection, following(decoder.decode(body)));
      ({ status, body } = await readAnswer(connection, buffer));
    }
    answeredAt = performance.now();
    if (status < 400) lane.milliseconds.push(answeredAt - sentAt);
    else lane.refusals.push(status);
  } while (answeredAt < until);
  return lane;
}

async function writeAll(connection: Deno.Conn, bytes: Uint8Array<ArrayBuffer>): Promise<void> {
  for (let written = 0; written < bytes.length;) {
    written += await connection.write(written === 0 ? bytes : bytes.subarray(written));
  }
}

const HEADERS_END = "\r\n\r\n";
const HEADERS_MAX_BYTES = 4_096;
const CONTENT_LENGTH = /^content-length: (\d+)/im;

/** Reads one answer to its end. Its body is a part of the buffer. */
async function readAnswer(
  connection: Deno.Conn,
  buffer: Uint8Array,
): Promise<{ status: number; body: Uint8Array }> {
  let status = NaN;
  let body = buffer;
  for (let length = 0, end = Infinity; length < end;) {
    const read = await connection.read(buffer.subarray(length));
    if (read === null) throw new Error("The server ended the connection");
    length += read;
    if (end < Infinity) continue;
    // Headers are ASCII, so up to their end bytes are characters.
    const text = decoder.decode(buffer.subarray(0, Math.min(length, HEADERS_MAX_BYTES)));
    const headers = text.indexOf(HEADERS_END);
    if (headers < 0) continue;
    status = Number(text.slice("HTTP/1.1 ".length, "HTTP/1.1 200".length));
    const announced = CONTENT_LENGTH.exec(text)?.[1];
    if (announced === undefined && status !== NOT_MODIFIED) {
      throw new Error(`Cannot tell where an answer ends: ${text}`);
    }
    end = headers + HEADERS_END.length + Number(announced ?? 0);
    if (end > buffer.length) throw new Error("The answer is longer than any of Kese's");
    body = buffer.subarray(headers + HEADERS_END.length, end);
  }
  return { status, body };
}
