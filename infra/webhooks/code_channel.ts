import { randomUUID } from "node:crypto";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Environment } from "../process/environment.ts";

/** A code, who it is for, how they can be reached, and for how many seconds it is valid. */
export interface CodeMessage {
  readonly filo: string;
  readonly userNo: string;
  readonly phoneNumber: string;
  readonly email: string;
  readonly code: string;
  readonly expiresIn: number;
}

/** Delivers a code to its user. */
export type CodeChannel = (message: CodeMessage) => Promise<void>;

interface ChannelPorts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Signs the id, the time and the text of a message, as Standard Webhooks does. */
type Sign = (id: string, at: Date, text: string) => string;

const WEBHOOK_TIMEOUT_MILLISECONDS = 5_000;

/** Opens the channel to users: the operator's webhook, in development the log, otherwise none. */
export async function openCodeChannel(
  { mode, codeWebhook }: Pick<Environment, "mode" | "codeWebhook">,
  { clock, log }: ChannelPorts,
): Promise<CodeChannel | undefined> {
  if (codeWebhook !== undefined) {
    const { url, secret } = codeWebhook;
    return createWebhookChannel(
      url,
      clock,
      secret === undefined ? undefined : await createSign(secret),
    );
  }
  return mode === "development" ? createLogChannel(log) : undefined;
}

/** Loads the library only here, because without a secret nobody needs it. */
async function createSign(secret: string): Promise<Sign> {
  const { Webhook } = await import("standardwebhooks");
  const webhook = new Webhook(secret);
  return (id, at, text) => webhook.sign(id, at, text);
}

/** Posts to the operator's own message sender, in the form and with the headers of Standard Webhooks. */
function createWebhookChannel(url: string, clock: Clock, sign: Sign | undefined): CodeChannel {
  return async (message) => {
    const id = `code_${randomUUID()}`;
    const at = new Date(clock.now());
    const text = JSON.stringify({
      type: "one_time_code",
      timestamp: at.toISOString(),
      data: message,
    });
    const response = await fetch(url, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        "webhook-id": id,
        "webhook-timestamp": String(Math.floor(at.getTime() / 1_000)),
        ...(sign && { "webhook-signature": sign(id, at, text) }),
      },
      body: text,
      // Not followed, because the message is for this address alone.
      redirect: "manual",
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MILLISECONDS),
    });
    await response.body?.cancel();
    if (!response.ok) {
      throw new Error(`Cannot send a code: the webhook answered ${response.status}`);
    }
  };
}

/** Writes the code into the log, which in development is read by the user themselves. */
function createLogChannel(log: Log): CodeChannel {
  return ({ filo, userNo, code }) => {
    log.info("one_time_code", { filo, userNo, code });
    return Promise.resolve();
  };
}
