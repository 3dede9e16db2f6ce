import { z } from "zod";
import { askGateway, readJson, unclear } from "../http.ts";
import { signRequest } from "./signing.ts";

export interface CallsOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly apiKey: string;
  readonly secretKey: string;
  readonly random: () => string;
  readonly fetch: typeof fetch;
}

export interface Call {
  /** What error messages call it. */
  readonly name: string;
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Makes it a POST. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Craftgate answers the first request with this key, and repeats that answer. */
  readonly idempotencyKey?: string;
}

/** What Craftgate answered: what was asked for, or why nothing was done. */
export type Reply =
  | { readonly kind: "data"; readonly data: unknown }
  | { readonly kind: "refused"; readonly httpStatus: number } & Refusal;

export interface Refusal {
  readonly errorCode?: string | undefined;
  readonly errorGroup?: string | undefined;
}

export type Calls = (call: Call, signal: AbortSignal) => Promise<Reply>;

const text = z.union([z.string(), z.number()]).transform(String).nullish()
  .transform((value) => value ?? undefined);
const refusal = z.object({ errorCode: text, errorGroup: text });
const envelope = z.union([
  z.object({ errors: refusal }),
  z.object({ data: z.unknown().refine((data) => data !== undefined) }),
]);

/** Too late, the same request is under way, too often: Craftgate has not decided, or will later. */
const UNDECIDED: ReadonlySet<number> = new Set([408, 409, 425, 429]);

/** Sends signed requests. An answer that is neither data nor a refusal, and every 5xx, is unclear. */
export function createCalls({ url, apiKey, secretKey, random, fetch }: CallsOptions): Calls {
  return async ({ name, path, query = {}, body, idempotencyKey }, signal) => {
    const pairs = Object.entries(query).map(([key, value]) =>
      `${key}=${encodeURIComponent(value)}`
    );
    const address = `${url}${path}${pairs.length > 0 ? `?${pairs.join("&")}` : ""}`;
    const sent = body === undefined ? "" : JSON.stringify(body);
    const rnd = random();
    const { status, text } = await askGateway(fetch, {
      gateway: "Craftgate",
      call: name,
      method: body === undefined ? "GET" : "POST",
      url: address,
      headers: {
        accept: "application/json",
        "content-type": "application/json",
        "x-api-key": apiKey,
        "x-rnd-key": rnd,
        "x-auth-version": "1",
        "x-signature": signRequest({ url: address, apiKey, secretKey, random: rnd, body: sent }),
        ...(idempotencyKey !== undefined && { "x-idempotency-key": idempotencyKey }),
      },
      ...(body !== undefined && { body: sent }),
      signal,
    });
    // Forgetting a card has nothing to answer.
    if (text.trim() === "" && status >= 200 && status < 300) return { kind: "data", data: null };
    const reply = readJson(envelope, text);
    if (reply !== undefined && "errors" in reply) {
      const isRefusal = status >= 400 && status < 500 && !UNDECIDED.has(status);
      if (isRefusal) return { kind: "refused", httpStatus: status, ...reply.errors };
      throw unclear("Craftgate", name, `HTTP ${status}, ${describe(reply.errors)}`);
    }
    if (reply === undefined || status < 200 || status >= 300) {
      throw unclear("Craftgate", name, `HTTP ${status}`);
    }
    return { kind: "data", data: reply.data };
  };
}

/** Craftgate's own code and group, cut to what a code looks like, because a text may say more. */
export function describe({ errorCode, errorGroup }: Refusal): string {
  const word = (value = "none") => /^[A-Za-z0-9_]{1,64}$/.test(value) ? value : "unreadable";
  return `error ${word(errorCode)} of group ${word(errorGroup)}`;
}
