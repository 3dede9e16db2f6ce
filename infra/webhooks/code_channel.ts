import { randomUUID } from "node:crypto";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Environment } from "../process/environment.ts";

/** What becomes of a code: who it is for, where they can be reached, and for how many seconds it works. */
export interface CodeMessage {
  readonly filo: string;
  readonly userNo: string;
  readonly phoneNumber: string;
  readonly email: string;
  readonly code: string;
  readonly expiresIn: number;
}

/** Brings a code to its user. */
export type CodeChannel = (message: CodeMessage) => Promise<void>;

export interface ChannelPorts {
  readonly clock: Clock;
  readonly log: Log;
}

/** Standard Webhooks signs the id, the time and the text of a message. */
type Sign = (id: string, at: Date, text: string) => string;

const WEBHOOK_TIMEOUT_MILLISECONDS = 5_000;

/** The way in which codes reach users: the operator's webhook, the log in development, else none. */
export async function openCodeChannel(
  { mode, codeWebhook }: Pick<Environment, "mode" | "codeWebhook">,
  { clock, log }: ChannelPorts,
): Promise<CodeChannel | undefined> {
  if (codeWebhook !== undefined) {
    const { url, secret } = codeWebhook;
    return createWebhookChannel(
      url,
      clock,
      secret === undefined ? undefined : await signer(secret),
    );
  }
  return mode === "development" ? createLogChannel(log) : undefined;
}

/** Loaded when there is something to sign with: nobody else needs the library. */
async function signer(secret: string): Promise<Sign> {
  const { Webhook } = await import("standardwebhooks");
  const webhook = new Webhook(secret);
  return (id, at, text) => webhook.sign(id, at, text);
}

/** Posts to the operator's own sender of messages, in the form and with the headers of Standard Webhooks. */
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
      // What the message holds is for this address alone.
      redirect: "manual",
      signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MILLISECONDS),
    });
    await response.body?.cancel();
    if (!response.ok) {
      throw new Error(`Cannot send a code: the webhook answered ${response.status}`);
    }
  };
}

/** Writes the code into the log: for development, where whoever reads the log is the user. */
function createLogChannel(log: Log): CodeChannel {
  return ({ filo, userNo, code }) => {
    log.info("one_time_code", { filo, userNo, code });
    return Promise.resolve();
  };
}
