import { z } from "zod";
import { askGateway, readJson, unclear } from "../http.ts";
import { type FormFields, toForm } from "./form.ts";

/** The version of the API that this adapter speaks; Stripe answers in it whatever the account's own is. */
export const STRIPE_VERSION = "2026-10-28.endive";

export interface CallsOptions {
  /** Without a slash at its end. */
  readonly url: string;
  readonly secretKey: string;
  readonly fetch: typeof fetch;
}

export interface Call {
  /** What error messages call it. It must hold no id. */
  readonly name: string;
  readonly path: string;
  readonly query?: FormFields;
  /** Makes it a POST. */
  readonly form?: FormFields;
  /** Stripe answers the first request with this key, and for a day repeats that answer. */
  readonly idempotencyKey?: string;
}

/** What Stripe answered: what was asked for, or why it was not done. */
export type Reply =
  | { readonly kind: "data"; readonly data: unknown }
  | ({ readonly kind: "refused"; readonly httpStatus: number } & Refusal);

export type Calls = (call: Call, signal: AbortSignal) => Promise<Reply>;

const word = z.string().nullish().transform((value) => value ?? undefined);
const refusal = z.object({
  type: z.string(),
  code: word,
  decline_code: word,
  payment_intent: z.unknown().optional(),
});
export type Refusal = z.output<typeof refusal>;
const refused = z.object({ error: refusal });
const data = z.record(z.string(), z.unknown());

/** The request itself, the card, and what does not exist. Any other status leaves open what was done. */
const REFUSALS: ReadonlySet<number> = new Set([400, 402, 404]);

/** Sends requests. Whatever is neither data nor a refusal is unclear, such as a key that is not taken. */
export function createCalls({ url, secretKey, fetch }: CallsOptions): Calls {
  return async ({ name, path, query, form, idempotencyKey }, signal) => {
    const { status, text } = await askGateway(fetch, {
      gateway: "Stripe",
      call: name,
      method: form === undefined ? "GET" : "POST",
      url: `${url}${path}${query === undefined ? "" : `?${toForm(query)}`}`,
      headers: {
        accept: "application/json",
        authorization: `Bearer ${secretKey}`,
        "stripe-version": STRIPE_VERSION,
        ...(form !== undefined && { "content-type": "application/x-www-form-urlencoded" }),
        ...(idempotencyKey !== undefined && { "idempotency-key": idempotencyKey }),
      },
      ...(form !== undefined && { body: toForm(form) }),
      signal,
    });
    if (status === 200) {
      const read = readJson(data, text);
      if (read === undefined) throw unclear("Stripe", name, "its answer cannot be read");
      return { kind: "data", data: read };
    }
    const error = readJson(refused, text)?.error;
    if (error === undefined) throw unclear("Stripe", name, `HTTP ${status}`);
    // The same key with another request: whatever the first one did, this one says nothing of it.
    if (!REFUSALS.has(status) || error.type === "idempotency_error") {
      throw unclear("Stripe", name, `HTTP ${status}, ${describe(error)}`);
    }
    return { kind: "refused", httpStatus: status, ...error };
  };
}

/** Stripe's own codes, cut to what a code looks like, because a text may say more. */
export function describe({ type, code, decline_code }: Refusal): string {
  const words = [type, code, decline_code].filter((word) => word !== undefined);
  return words.map((word) => /^[a-z0-9_]{1,64}$/.test(word) ? word : "unreadable").join(" ");
}
