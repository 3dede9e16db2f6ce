import { lookup as lookUpName } from "node:dns";
import type { IncomingMessage, RequestOptions } from "node:http";
import http from "node:http";
import https from "node:https";
import type { LookupFunction } from "node:net";
import tls from "node:tls";
import { Buffer } from "node:buffer";
import { kindOfAddress } from "./addresses.ts";
import { hostOf, type Mode, refuseTarget } from "./target.ts";

/** What is posted to a receiver. */
interface Posting {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly text: string;
}

/** What is kept of an answer. */
export interface PostAnswer {
  readonly status: number;
  /** The header as it came. */
  readonly retryAfter?: string;
}

/** Posts to receivers that operators chose. */
export interface Poster {
  /** Rejects if there is none, or the receiver is one that must not be asked. */
  post(posting: Posting): Promise<PostAnswer>;
  /** Ends every connection. */
  close(): void;
}

interface PosterOptions {
  /** In development a receiver may be on this machine, and on no other that is not public. */
  readonly mode: Mode;
  readonly timeoutMilliseconds: number;
  /** Connections to one receiver that are open at the same time; they are kept if there are many requests. */
  readonly connections: number;
  readonly keepsConnections?: boolean;
  /** Replaces the machine's own resolver. */
  readonly lookUp?: LookupFunction;
}

/** How much of an answer is read; nobody needs any of it. */
export const ANSWER_MAX_BYTES = 64 * 1024;

/** An address is no receiver, or a name leads to one that is none. */
export class TargetRefusedError extends Error {
  override readonly name = "TargetRefusedError";
}

/**
 * Creates a poster. The address that a name leads to is checked where the connection is made, so a name
 * that leads somewhere else a moment later gains nothing; no redirect is followed, and no proxy is asked.
 */
export function createPoster(
  { mode, timeoutMilliseconds, connections, keepsConnections = false, lookUp = lookUpName }:
    PosterOptions,
): Poster {
  const agentOptions = { keepAlive: keepsConnections, maxSockets: connections };
  const plain = new http.Agent(agentOptions);
  const secure = new SecureAgent(agentOptions);
  const lookup = checkingLookup(lookUp, mode);

  function send({ url: text, headers, text: body }: Posting): Promise<PostAnswer> {
    const url = new URL(text);
    const isSecure = url.protocol === "https:";
    const options = {
      host: hostOf(url),
      port: url.port || (isSecure ? 443 : 80),
      path: url.pathname + url.search,
      method: "POST",
      agent: isSecure ? secure : plain,
      lookup,
      headers: { ...headers, host: url.host, "content-length": String(Buffer.byteLength(body)) },
      signal: AbortSignal.timeout(timeoutMilliseconds),
    };
    return exchange(isSecure ? https.request : http.request, options, body);
  }

  return {
    post: async (posting) => {
      const refusal = refuseTarget(posting.url, mode);
      if (refusal !== undefined) throw new TargetRefusedError(`${REFUSED}: it ${refusal}`);
      try {
        return await send(posting);
      } catch (error) {
        // The receiver may have closed a connection at the moment at which it was used again.
        if (error instanceof ReusedConnectionError) return await send(posting);
        throw error;
      }
    },
    close: () => {
      plain.destroy();
      secure.destroy();
    },
  };
}

/** Connects with no more permissions than the network's: the agent of node:https wants to read the system's CAs. */
class SecureAgent extends https.Agent {
  override createConnection(options: tls.ConnectionOptions): tls.TLSSocket {
    return tls.connect(options);
  }
}

const REFUSED = "Cannot send to the receiver";

/** A connection that was used before broke before it brought an answer. */
class ReusedConnectionError extends Error {
  override readonly name = "ReusedConnectionError";
}

/** Gives a name's addresses only if each of them may be connected to. */
function checkingLookup(lookUp: LookupFunction, mode: Mode): LookupFunction {
  return (hostname, options, done) =>
    lookUp(hostname, options, (error, found, family) => {
      if (error) return done(error, found, family);
      const addresses = typeof found === "string" ? [found] : found.map(({ address }) => address);
      const wanted = mode === "development" && hostname === "localhost" ? "loopback" : "public";
      if (addresses.every((address) => kindOfAddress(address) === wanted)) {
        return done(null, found, family);
      }
      done(new TargetRefusedError(`${REFUSED}: its name leads to a private address`), "");
    });
}

/** Sends one request, and resolves once the answer is read. */
function exchange(
  request: (options: RequestOptions) => http.ClientRequest,
  options: RequestOptions,
  body: string,
): Promise<PostAnswer> {
  return new Promise((resolve, reject) => {
    const sent = request(options);
    let isAnswered = false;
    sent.on("response", (answer) => {
      isAnswered = true;
      readAnswer(answer).then(resolve, reject);
    });
    sent.on("error", (error: Error) => {
      const isBroken = sent.reusedSocket && !isAnswered && error.name !== "AbortError" &&
        !(error instanceof TargetRefusedError);
      reject(isBroken ? new ReusedConnectionError(error.message, { cause: error }) : error);
    });
    sent.end(body);
  });
}

function readAnswer(answer: IncomingMessage): Promise<PostAnswer> {
  const { statusCode: status = 0, headers: { "retry-after": retryAfter } } = answer;
  const kept = { status, ...(retryAfter !== undefined && { retryAfter }) };
  return new Promise((resolve, reject) => {
    let bytes = 0;
    answer.on("data", (chunk: Uint8Array) => {
      bytes += chunk.length;
      if (bytes <= ANSWER_MAX_BYTES) return;
      resolve(kept);
      answer.destroy();
    });
    answer.on("end", () => resolve(kept));
    answer.on("error", reject);
    answer.on("close", () => reject(new Error("Cannot read the answer: it ended half-way")));
  });
}
