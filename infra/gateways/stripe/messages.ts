import { z } from "zod";
import type { Instant } from "../../../domain/account.ts";
import type { GatewayMessage, MessageSubject } from "../../../domain/ports/card_gateway.ts";
import { readJson } from "../http.ts";
import { hmacSha256, isSameSignature } from "../signatures.ts";
import { intentId } from "./intents.ts";

/** How old a webhook may be, and how far ahead Stripe's clock: longer, and it may be a replay. */
const TOLERANCE_MILLISECONDS = 300_000;

const event = z.object({
  data: z.object({
    object: z.object({
      object: z.string(),
      id: z.string(),
      payment_intent: z.unknown().optional(),
      metadata: z.record(z.string(), z.string()).nullish(),
    }),
  }),
});

export interface Verifying {
  readonly webhookSecret: string;
  readonly now: Instant;
}

/** Which charge a message is about. Undefined for a webhook that Stripe did not sign. */
export function verify(message: GatewayMessage, verifying: Verifying): MessageSubject | undefined {
  return message.kind === "webhook" ? readWebhook(message, verifying) : readReturn(message);
}

/** What Stripe adds to the address of return. It signs nothing there, so that it is a hint at most. */
function readReturn({ body }: GatewayMessage): MessageSubject | undefined {
  const id = intentId.safeParse(new URLSearchParams(body).get("payment_intent")).data;
  return id === undefined ? undefined : { providerRef: id };
}

function readWebhook(
  { headers, body }: GatewayMessage,
  { webhookSecret, now }: Verifying,
): MessageSubject | undefined {
  if (!isSigned(headers.get("stripe-signature") ?? "", body, { webhookSecret, now })) {
    return undefined;
  }
  const object = readJson(event, body)?.data.object;
  if (object === undefined) return undefined;
  if (object.object !== "payment_intent") {
    // A charge or a refund, which belongs to an intent.
    const id = intentId.safeParse(object.payment_intent).data;
    return id === undefined ? {} : { providerRef: id };
  }
  const reference = object.metadata?.reference;
  return { providerRef: object.id, ...(reference !== undefined && { reference }) };
}

/** Whether one of the signatures is right: while a secret is being replaced, there are two. */
function isSigned(header: string, body: string, { webhookSecret, now }: Verifying): boolean {
  const parts = header.split(",").map((part) => part.split("=", 2));
  const time = parts.find(([name]) => name === "t")?.[1] ?? "";
  if (!/^\d{1,12}$/.test(time)) return false;
  if (Math.abs(now - Number(time) * 1_000) > TOLERANCE_MILLISECONDS) return false;
  const right = hmacSha256(webhookSecret, `${time}.${body}`, "hex");
  return parts.some(([name, value]) => name === "v1" && isSameSignature(value, right));
}
