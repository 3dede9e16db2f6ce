import { createHash } from "node:crypto";
import { hmacSha256, isSameSignature } from "../signatures.ts";

export interface SignedRequest {
  /** The whole address with its query. */
  readonly url: string;
  readonly apiKey: string;
  readonly secretKey: string;
  /** Different for each request. */
  readonly random: string;
  /** Exactly what is sent; empty if nothing is. */
  readonly body: string;
}

/** Signs a request as Craftgate wants it: a plain hash, over the address as it reads decoded. */
export function signRequest({ url, apiKey, secretKey, random, body }: SignedRequest): string {
  const text = `${decodeURIComponent(url)}${apiKey}${secretKey}${random}${body}`;
  return createHash("sha256").update(text).digest("base64");
}

const CALLBACK_FIELDS = [
  "status",
  "completeStatus",
  "paymentId",
  "conversationData",
  "conversationId",
  "callbackStatus",
] as const;

/** What the bank's page sends with the user's browser. A field that is absent counts as empty. */
export type CallbackFields = Readonly<Record<typeof CALLBACK_FIELDS[number], string>>;

/** Reads the form of a callback. Undefined if its hash is not made with that key. */
export function readCallback(form: string, callbackKey: string): CallbackFields | undefined {
  const given = new URLSearchParams(form);
  const values = CALLBACK_FIELDS.map((field) => given.get(field) ?? "");
  const hash = createHash("sha256").update([callbackKey, ...values].join("###")).digest("hex");
  if (!isSameSignature(given.get("hash"), hash)) return undefined;
  return Object.fromEntries(
    CALLBACK_FIELDS.map((field, place) => [field, values[place] ?? ""]),
  ) as CallbackFields;
}

export interface WebhookFields {
  readonly eventType: string;
  readonly eventTimestamp: string;
  readonly status: string;
  readonly payloadId: string;
}

/** Signs what a webhook says. */
export function signWebhook(
  { eventType, eventTimestamp, status, payloadId }: WebhookFields,
  webhookKey: string,
): string {
  return hmacSha256(webhookKey, `${eventType}${eventTimestamp}${status}${payloadId}`, "base64");
}
