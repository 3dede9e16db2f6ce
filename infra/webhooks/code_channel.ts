import { randomUUID } from "node:crypto";
import type { Clock } from "../../domain/ports/clock.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { Environment } from "../process/environment.ts";
import type { Mode } from "./target.ts";

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

const WEBHOOK_TIMEOUT_MILLISECONDS = 5_000;
const WEBHOOK_CONNECTIONS = 100;

type Webhook = NonNullable<Environment["codeWebhook"]>;

/** Opens the channel to users: the operator's webhook, in development the log, otherwise none. */
export async function openCodeChannel(
  { mode, codeWebhook }: Pick<Environment, "mode" | "codeWebhook">,
  { clock, log }: ChannelPorts,
): Promise<CodeChannel | undefined> {
  if (codeWebhook !== undefined) return await createWebhookChannel(codeWebhook, mode, clock);
  return mode === "development" ? createLogChannel(log) : undefined;
}

/** Posts to the operator's own message sender, in the form and with the headers of Standard Webhooks. */
async function createWebhookChannel(
  { url, secret }: Webhook,
  mode: Mode,
  clock: Clock,
): Promise<CodeChannel> {
  // Loaded only here, because without a webhook nobody needs them.
  const [{ createPoster }, { createSigning }] = await Promise.all([
    import("./post.ts"),
    import("./signing.ts"),
  ]);
  const sign = createSigning(secret === undefined ? [] : [secret]);
  const poster = createPoster({
    mode,
    timeoutMilliseconds: WEBHOOK_TIMEOUT_MILLISECONDS,
    connections: WEBHOOK_CONNECTIONS,
  });
  return async (message) => {
    const id = `code_${randomUUID()}`;
    const at = new Date(clock.now());
    const text = JSON.stringify({
      type: "one_time_code",
      timestamp: at.toISOString(),
      data: message,
    });
    const { status } = await poster.post({ url, headers: sign({ id, at, text }), text });
    if (status < 200 || status > 299) {
      throw new Error(`Cannot send a code: the webhook answered ${status}`);
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
