import { z } from "zod";
import type { GatewayMessage, MessageSubject } from "../../../domain/ports/card_gateway.ts";
import { readJson } from "../http.ts";
import { isSameSignature } from "../signatures.ts";
import type { Calls } from "./calls.ts";
import { findPayment } from "./completing.ts";
import { readCallback, signWebhook } from "./signing.ts";

export interface MessageKeys {
  readonly callbackKey: string;
  readonly webhookKey: string;
}

const WEBHOOK_SIGNATURE = "x-cg-signature-v1";
const text = z.union([z.string(), z.number()]).transform(String);
const webhook = z.object({
  eventType: text,
  eventTimestamp: text,
  status: text,
  payloadId: text,
});
/** Events whose id is a payment's. Others carry a refund's or a payout's. */
const OF_PAYMENTS: ReadonlySet<string> = new Set([
  "API_AUTH",
  "API_VERIFY_AND_AUTH",
  "THREEDS_VERIFY",
]);

/** Which charge a message is about. Undefined if Craftgate did not sign it. */
export async function verify(
  calls: Calls,
  message: GatewayMessage,
  { callbackKey, webhookKey, signal }: MessageKeys & { readonly signal: AbortSignal },
): Promise<MessageSubject | undefined> {
  if (message.kind === "callback") {
    const callback = readCallback(message.body, callbackKey);
    return callback && toSubject(callback.paymentId, callback.conversationId);
  }
  const fields = readJson(webhook, message.body);
  if (fields === undefined) return undefined;
  const signature = signWebhook(fields, webhookKey);
  if (!isSameSignature(message.headers.get(WEBHOOK_SIGNATURE), signature)) return undefined;
  if (!OF_PAYMENTS.has(fields.eventType)) return {};
  // The id alone is sent, so that Craftgate is asked for whose it is.
  const { id, externalId } = await findPayment(calls, fields.payloadId, signal);
  return toSubject(id, externalId ?? "");
}

function toSubject(providerRef: string, reference: string): MessageSubject {
  return {
    ...(providerRef !== "" && { providerRef }),
    ...(reference !== "" && { reference }),
  };
}
