import type { AccountId } from "../account.ts";

/**
 * Sends one-time codes to users. Whom a code is for is looked up after the answer, so that neither the
 * answer nor its time tells whether there is such a user.
 */
export interface CodeSender {
  /** False where no code can be sent to anyone. */
  isAvailable(): boolean;
  /** Takes a code to be sent in a moment. Throws {@linkcode BusyError} when too many wait. */
  send(code: CodeToSend): void;
  /** Ends when no code waits. */
  settled(): Promise<void>;
}

export interface CodeToSend {
  readonly account: AccountId;
  readonly code: string;
  readonly expiresInSeconds: number;
  readonly requestId: string;
}
