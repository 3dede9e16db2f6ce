import type { AccountId } from "../../domain/account.ts";
import type { Contact } from "../../domain/auth.ts";
import { BusyError } from "../../domain/ports/errors.ts";
import type { Clock } from "../../domain/ports/clock.ts";
import type { CodeSender, CodeToSend } from "../../domain/ports/code_sender.ts";
import type { Log } from "../../domain/ports/log.ts";
import type { CodeChannel } from "./code_channel.ts";

/** A code is sent this long after its answer, so that nobody can measure whether there is someone to send to. */
export const CODE_SENT_AFTER_MILLISECONDS = 50;
/** Codes that a process has taken to send; one more is `busy`. */
export const CODES_BEING_SENT = 1_000;
/** How long an end waits for codes that are on their way. */
export const CODES_SETTLING_MILLISECONDS = 1_000;

export interface CodeSenderOptions {
  /** Undefined where no code can be sent. */
  readonly channel: CodeChannel | undefined;
  readonly contactOf: (id: AccountId) => Promise<Contact | undefined>;
  readonly clock: Clock;
  readonly log: Log;
  readonly pause: (milliseconds: number) => Promise<void>;
}

const WARNING_INTERVAL_MILLISECONDS = 60_000;

/** Sends codes behind their answers, to those who are there to be sent one. */
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
