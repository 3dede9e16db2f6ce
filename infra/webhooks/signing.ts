import { Webhook } from "standardwebhooks";

/** A message in the form of Standard Webhooks. */
interface Message {
  readonly id: string;
  /** When it is sent; a repeat has a time of its own. */
  readonly at: Date;
  readonly text: string;
}

/** Makes the headers of a message, with a signature under each secret. */
export type SignMessage = (message: Message) => Readonly<Record<string, string>>;

export function createSigning(secrets: readonly string[]): SignMessage {
  const webhooks = secrets.map((secret) => new Webhook(secret));
  return ({ id, at, text }) => {
    const signatures = webhooks.map((webhook) => webhook.sign(id, at, text));
    return {
      "content-type": "application/json",
      "webhook-id": id,
      "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
      ...(signatures.length > 0 && { "webhook-signature": signatures.join(" ") }),
    };
  };
}
