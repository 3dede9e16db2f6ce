import { Buffer } from "node:buffer";
import { type BankPayment, toKurus } from "./iyzico_bank.ts";
import { charged, failure, type Reply, sign, success } from "./iyzico_replies.ts";
import { type Asked, type Handlers, type IyzicoState, REFUSALS } from "./iyzico_state.ts";
import { SAMPLE_KEYS } from "./iyzico_keys.ts";

const { secretKey } = SAMPLE_KEYS;

/** Charges cards, with 3-D Secure and without it. */
export function paymentHandlers(state: IyzicoState): Handlers {
  function chargeNow({ step, body }: Asked, status: BankPayment["status"]): BankPayment {
    const { conversationId, basketId, price, paidPrice } = body;
    if (price !== paidPrice || body.currency !== "TRY") throw new Error("The price is not one");
    return state.bank.add({
      reference: String(conversationId),
      basketId: String(basketId),
      amountKurus: toKurus(price),
      status,
      fraudStatus: step === "under_review" ? 0 : 1,
      ...(status === "FAILURE" && { errorGroup: REFUSALS[step]?.[1] ?? "UNKNOWN" }),
    });
  }

  function refused({ step, body }: Asked): Reply | undefined {
    const refusal = REFUSALS[step];
    if (refusal === undefined) return undefined;
    // The gateway's own checks come before any payment; a bank's refusal is a payment that failed.
    if (refusal[1] !== undefined) chargeNow({ step, body }, "FAILURE");
    return failure(body.conversationId, refusal);
  }

  function tokenGone(body: Reply): Reply | undefined {
    const card = body.paymentCard as { cardToken: string; cardUserKey: string } | undefined;
    const kept = state.bank.cards.get(card?.cardToken ?? "");
    if (kept === undefined) return failure(body.conversationId, ["3006"]);
    return kept.cardUserKey === card?.cardUserKey
      ? undefined
      : failure(body.conversationId, ["3005"]);
  }

  return {
    "POST /payment/auth": {
      call: "charge",
      run: (asked) =>
        tokenGone(asked.body) ?? refused(asked) ??
          charged(chargeNow(asked, "SUCCESS"), asked.step),
    },
    "POST /payment/3dsecure/initialize": {
      call: "start_3ds",
      run: (asked) => {
        const { step, body } = asked;
        const no = tokenGone(body) ?? refused(asked);
        if (no !== undefined) return no;
        const { paymentId } = chargeNow(asked, "INIT_THREEDS");
        const page = `<form action="https://state.bank.example" data-id="${paymentId}"></form>`;
        const reference = step === "wrong_reference" ? "top_another" : body.conversationId;
        return success(reference, {
          threeDSHtmlContent: Buffer.from(page).toString("base64"),
          paymentId,
          signature: step === "wrong_signature"
            ? sign("another", [])
            : sign(secretKey, [paymentId, String(reference)]),
        });
      },
    },
    "POST /payment/v2/3dsecure/auth": {
      call: "complete",
      run: ({ step, body }) => {
        const payment = state.bank.find(body.paymentId);
        if (
          payment?.status !== "CALLBACK_THREEDS" || body.basketId !== payment.basketId ||
          toKurus(body.paidPrice) !== payment.amountKurus || body.currency !== "TRY"
        ) {
          return failure(body.conversationId, ["5115"]);
        }
        const refusal = REFUSALS[step];
        if (refusal !== undefined) {
          // The bank that does not answer has not charged either, here.
          payment.status = "FAILURE";
          payment.errorGroup = refusal[1] ?? "UNKNOWN";
          return failure(body.conversationId, refusal);
        }
        payment.status = "SUCCESS";
        if (step === "under_review") payment.fraudStatus = 0;
        return charged(payment, step);
      },
    },
  };
}
