import type { CodeSender, Log } from "../domain/ports.ts";
import type { Environment } from "./environment.ts";

const WEBHOOK_TIMEOUT_MILLISECONDS = 5_000;

/** The way in which codes reach users: the operator's webhook, the log in development, else none. */
export function createCodeSender(
  { mode, codeWebhookUrl }: Pick<Environment, "mode" | "codeWebhookUrl">,
  log: Log,
): CodeSender {
  if (codeWebhookUrl !== undefined) return createWebhookCodeSender(codeWebhookUrl);
  if (mode === "development") return createLogCodeSender(log);
  return {
    send: () => Promise.reject(new Error("Cannot send a code: CODE_WEBHOOK_URL is not set")),
  };
}

/** Posts `{filo, userNo, code}` to the operator's own sender of messages. */
function createWebhookCodeSender(url: string): CodeSender {
  return {
    send: async ({ filo, userNo }, code) => {
      const response = await fetch(url, {
        method: "POST",
        headers: { "content-type": "application/json" },
        body: JSON.stringify({ filo, userNo, code }),
        signal: AbortSignal.timeout(WEBHOOK_TIMEOUT_MILLISECONDS),
      });
      await response.body?.cancel();
      if (!response.ok) {
        throw new Error(`Cannot send a code: the webhook answered ${response.status}`);
      }
    },
  };
}

/** Writes the code into the log: for development, where whoever reads the log is the user. */
function createLogCodeSender(log: Log): CodeSender {
  return {
    send: (id, code) => {
      log.info("one_time_code", { ...id, code });
      return Promise.resolve();
    },
  };
}
