import { askGateway } from "../http.ts";
import { type Failure, toFailure, unknownOutcome } from "./errors.ts";
import { type Fields, parseFields, textOf } from "./reply.ts";
import { type IyzicoKeys, signRequest } from "./signing.ts";

export interface CallOptions {
  readonly url: string;
  readonly keys: IyzicoKeys;
  readonly nonce: () => string;
  readonly fetch: typeof fetch;
}

/** An answer that could be read: what was asked for was done, or refused. */
export type Reply =
  | { readonly ok: true; readonly fields: Fields }
  | { readonly ok: false; readonly failure: Failure };

/** A request whose `conversationId` comes back in the answer. */
export interface Body {
  readonly conversationId: string;
  readonly [name: string]: unknown;
}

/** Sends requests. Rejects unless the answer can be read and belongs to the request. */
export interface IyzicoCalls {
  send(method: "POST" | "DELETE", path: string, body: Body, signal: AbortSignal): Promise<Reply>;
  ask(path: string, query: Readonly<Record<string, string>>, signal: AbortSignal): Promise<Reply>;
}

export function createCalls({ url, keys, nonce: makeNonce, fetch }: CallOptions): IyzicoCalls {
  const base = new URL(url).origin;

  async function call(
    request: {
      readonly method: "GET" | "POST" | "DELETE";
      readonly path: string;
      readonly query?: string;
      readonly body?: string;
      readonly conversationId: string | undefined;
    },
    signal: AbortSignal,
  ): Promise<Reply> {
    const { method, path, query = "", body } = request;
    const name = path.slice(1);
    const nonce = makeNonce();
    const { status, text } = await askGateway(fetch, {
      gateway: "iyzico",
      call: name,
      method,
      url: `${base}${path}${query}`,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "x-iyzi-rnd": nonce,
        authorization: signRequest(keys, { nonce, path, body: body ?? "" }),
      },
      ...(body !== undefined && { body }),
      signal,
    });
    return readReply({ name, status, text, conversationId: request.conversationId });
  }

  return {
    send: (method, path, body, signal) => {
      const { conversationId } = body;
      // One text, which is signed and sent.
      return call({ method, path, body: JSON.stringify(body), conversationId }, signal);
    },
    ask: (path, query, signal) => {
      const { conversationId } = query;
      const search = `?${new URLSearchParams(query)}`;
      return call({ method: "GET", path, query: search, conversationId }, signal);
    },
  };
}

function readReply(
  { name, status, text, conversationId }: {
    readonly name: string;
    readonly status: number;
    readonly text: string;
    readonly conversationId: string | undefined;
  },
): Reply {
  if (status >= 500) throw unknownOutcome(name, `it answered HTTP ${status}`);
  let fields: Fields;
  try {
    fields = parseFields(text);
  } catch {
    // Without its cause, which may repeat the text.
    throw unknownOutcome(name, `its answer (HTTP ${status}) cannot be read`);
  }
  const echoed = textOf(fields, "conversationId");
  if (echoed !== undefined && echoed !== conversationId) {
    throw unknownOutcome(name, "it answered another request");
  }
  switch (textOf(fields, "status")) {
    case "success":
      return { ok: true, fields };
    case "failure":
      return { ok: false, failure: toFailure(fields) };
    default:
      throw unknownOutcome(name, `its answer (HTTP ${status}) has no status`);
  }
}
