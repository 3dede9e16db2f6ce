import { lira } from "./amounts.ts";
import { type Answer, send, type Target, type TestRequest } from "./kese.ts";

/** How often a request is repeated while the answer is that Kese has no time for it. */
const BUSY_MAX = 50;

/** Sends a request again for as long as the answer is `busy`, which promises that nothing happened. */
export async function sendWhileBusy(
  target: Target,
  line: string,
  request?: TestRequest,
): Promise<Answer> {
  for (let tries = 1;; tries++) {
    const answer = await send(target, line, request);
    if (answer.body?.code !== "busy" || tries === BUSY_MAX) return answer;
  }
}

/** A payment's order id is its key, so that it is found again in the journal. */
export interface Payment {
  readonly userNo: string;
  readonly amountKurus: number;
  readonly key: string;
}

export async function payTo(target: Target, payment: Payment): Promise<Answer> {
  const { userNo, amountKurus, key } = payment;
  const json = { userNo, amount: lira(amountKurus), orderId: key };
  return await sendWhileBusy(target, "POST /kart-saklamali-odeme", { json, key });
}
