import type { AccountId } from "../../domain/account.ts";
import type { Contact } from "../../domain/auth.ts";
import { BusyError } from "../../domain/ports/errors.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { CodeSender, CodeToSend } from "../../domain/ports/code_sender.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { CodeChannel } from "./code_channel.ts";

/** How long after its answer a code is sent, so that nobody can measure whether the user exists. */
const CODE_SENT_AFTER_MILLISECONDS = 50;
/** Codes that a process may be sending; one more is `busy`. */
export const CODES_BEING_SENT = 1_000;
/** How long a shutdown waits for codes that are being sent. */
export const CODES_SETTLING_MILLISECONDS = 1_000;

export interface CodeSenderOptions {
  /** Undefined if no code can be sent. */
  readonly channel: CodeChannel | undefined;
  readonly contactOf: (id: AccountId) => Promise<Contact | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const WARNING_INTERVAL_MILLISECONDS = 60_000;

/** Sends codes after their answers, to users who exist. */
export function createCodeSender(
  { channel, contactOf, clock, log, pause }: CodeSenderOptions,
): CodeSender {
  const pending = new Set<Promise<void>>();
  let warnedAt = -Infinity;

  async function send(
    { account, code, expiresInSeconds, requestId }: CodeToSend,
  ): Promise<void> {
    await pause(CODE_SENT_AFTER_MILLISECONDS);
    try {
      const contact = await contactOf(account);
      if (contact === undefined) return;
      await channel?.({ ...account, ...contact, code, expiresIn: expiresInSeconds });
    } catch (error) {
      log.error("code_not_sent", { requestId, error });
    }
  }

  return {
    isAvailable: () => {
      if (channel !== undefined) return true;
      const now = clock.now();
      if (now - warnedAt >= WARNING_INTERVAL_MILLISECONDS) {
        warnedAt = now;
        log.warn("code_delivery_unavailable", { missing: "CODE_WEBHOOK_URL" });
      }
      return false;
    },
    send: (code) => {
      if (pending.size >= CODES_BEING_SENT) throw new BusyError("too many codes are being sent");
      const sending: Promise<void> = send(code).finally(() => pending.delete(sending));
      pending.add(sending);
    },
    settled: async () => {
      while (pending.size > 0) await Promise.all(pending);
    },
  };
}
