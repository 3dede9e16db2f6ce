import type { GatewayMessage, MessageSubject } from "../../../domain/ports/card_gateway.ts";
import { isSameSignature } from "../signatures.ts";
import { type Fields, parseFields, textOf } from "./reply.ts";
import { signFields, signWebhook } from "./signing.ts";

/** What the bank says through the user's browser. */
export interface Callback {
  readonly reference?: string;
  readonly providerRef: string;
  /** Whether bank and user have agreed. Nothing is charged yet. */
  readonly isVerified: boolean;
}

/** Which charge a message is about. Undefined if iyzico did not sign it. */
export function verify(message: GatewayMessage, secretKey: string): MessageSubject | undefined {
  if (message.kind === "webhook") return readWebhook(message, secretKey);
  const callback = readCallback(message, secretKey);
  if (callback === undefined) return undefined;
  const { reference, providerRef } = callback;
  return { providerRef, ...(reference !== undefined && { reference }) };
}

/** Reads the form that the bank's page posts. Undefined if iyzico did not sign it. */
export function readCallback({ body }: GatewayMessage, secretKey: string): Callback | undefined {
  const form = new URLSearchParams(body);
  const read = (name: string) => form.get(name) ?? "";
  const signed = ["conversationData", "conversationId", "mdStatus", "paymentId", "status"].map(
    read,
  );
  if (!isSameSignature(form.get("signature"), signFields(secretKey, signed))) return undefined;
  const providerRef = read("paymentId");
  if (providerRef === "") return undefined;
  const reference = read("conversationId");
  return {
    providerRef,
    isVerified: read("status") === "success" && read("mdStatus") === "1",
    ...(reference !== "" && { reference }),
  };
}

const WEBHOOK_SIGNATURE = "x-iyz-signature-v3";

function readWebhook(
  { headers, body }: GatewayMessage,
  secretKey: string,
): MessageSubject | undefined {
  let fields: Fields;
  try {
    fields = parseFields(body);
  } catch {
    return undefined;
  }
  const read = (name: string) => textOf(fields, name) ?? "";
  const providerRef = read("paymentId") || read("iyziPaymentId");
  const reference = read("paymentConversationId");
  // A payment on iyzico's own page has a token, too.
  const signed = [read("iyziEventType"), providerRef, read("token"), reference, read("status")];
  if (!isSameSignature(headers.get(WEBHOOK_SIGNATURE), signWebhook(secretKey, signed))) {
    return undefined;
  }
  return {
    ...(reference !== "" && { reference }),
    ...(providerRef !== "" && { providerRef }),
  };
}
