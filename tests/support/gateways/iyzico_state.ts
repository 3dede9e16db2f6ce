import type { FakeCall, FakeStep } from "./fake.ts";
import type { IyzicoBank } from "./iyzico_bank.ts";
import type { Reply } from "./iyzico_replies.ts";

/** What the fake is at the moment, in addition to what its bank knows. */
export interface IyzicoState {
  readonly bank: IyzicoBank;
  /** Nothing can be cancelled any more, only refunded. */
  dayIsOver: boolean;
  storesCards: boolean;
  /** Who knows nothing of what is there, in the next inquiry. */
  blind: "report" | "detail" | undefined;
  /** What the first request of an inquiry or a giving back got is for its second one, too. */
  carried: FakeStep;
}

/** A request and the step that it gets. */
export interface Asked {
  readonly step: FakeStep;
  readonly body: Reply;
}

/** What iyzico does at each method and path. */
export type Handlers = Readonly<
  Record<string, { readonly call: FakeCall; readonly run: (asked: Asked) => Reply }>
>;

/** The bank did not answer iyzico. */
export const UNANSWERED = ["10214", "COMMUNICATION_OR_SYSTEM_ERROR"] as const;
/** How a bank's refusal looks. */
export const REFUSALS: Partial<Record<FakeStep, readonly [code: string, group?: string]>> = {
  insufficient_funds: ["10051", "NOT_SUFFICIENT_FUNDS"],
  expired_card: ["10054", "EXPIRED_CARD"],
  do_not_honour: ["10005", "DO_NOT_HONOUR"],
  lost_card: ["10041", "LOST_CARD"],
  says_unknown: UNANSWERED,
  wants_3ds: ["10217", "DEBIT_CARDS_REQUIRES_3DS"],
  card_gone: ["3006"],
};
