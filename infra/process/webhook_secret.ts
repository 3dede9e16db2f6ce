import { Buffer } from "node:buffer";

/** Whether a text is a secret in the form of Standard Webhooks: 24 to 64 bytes. */
export function isWebhookSecret(text: string): boolean {
  const [, bytes] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text) ?? [];
  const { length } = Buffer.from(bytes ?? "", "base64");
  return length >= 24 && length <= 64;
}
