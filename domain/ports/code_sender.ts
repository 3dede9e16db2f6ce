import type { AccountId } from "../account.ts";

/**
 * Sends one-time codes to users. It looks the user up after the request is answered, so that neither
 * the answer nor its time tells whether the user exists.
 */
export interface CodeSender {
  /** False if no code can be sent to anyone. */
  isAvailable(): boolean;
  /** Takes a code to send shortly. Throws {@linkcode BusyError} if too many are waiting. */
  send(code: CodeToSend): void;
  /** Resolves when no code is waiting. */
  settled(): Promise<void>;
}

export interface CodeToSend {
  readonly account: AccountId;
  readonly code: string;
  readonly expiresInSeconds: number;
  readonly requestId: string;
}
