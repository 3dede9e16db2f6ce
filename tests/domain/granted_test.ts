import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import type { Account, CreditedTopUp, PaymentState } from "../../domain/account.ts";
import { openAccount } from "../../domain/account_opening.ts";
import { decideAdjustment } from "../../domain/adjustment.ts";
import { decideCardRefund, decideCardRefundFailure } from "../../domain/card_refund.ts";
import { topUpAfter } from "../../domain/credited_top_up.ts";
import type { Decision } from "../../domain/decision.ts";
import { cardMoneyKurus } from "../../domain/granted.ts";
import type { JournalEntry } from "../../domain/journal.ts";
import { kurus } from "../../domain/money.ts";
import { decidePayment } from "../../domain/payment.ts";
import { paymentAfter } from "../../domain/payment_state.ts";
import { decideRefund } from "../../domain/refund.ts";
import { decideTopUp, decideTopUpCredit } from "../../domain/top_up.ts";
import { ACCOUNT_ID, COMMAND, testCard } from "../support/account.ts";

/** One thing that happens to a wallet, with an amount or the place of what it is about. */
type Step = readonly [
  kind: "pay" | "refund" | "top_up" | "grant" | "take" | "give_back" | "give_back_in_vain",
  number: number,
];

/** A wallet that is opened with a grant and one card. */
class Wallet {
  account: Account;
  readonly payments = new Map<string, PaymentState>();
  readonly topUps = new Map<string, CreditedTopUp>();
  #count = 0;

  constructor(granted: number) {
    const cards = [testCard("card_1")];
    this.account = openAccount({
      ...COMMAND,
      account: ACCOUNT_ID,
      balanceKurus: kurus(granted),
      cards,
    }).account;
  }

  get view() {
    const { account, payments, topUps } = this;
    return { account, payments, topUps };
  }

  do([kind, number]: Step): boolean {
    const command = (prefix: string) => ({ ...COMMAND, entryId: `${prefix}_${++this.#count}` });
    const amountKurus = kurus(number);
    switch (kind) {
      case "pay":
        return this.#take(decidePayment(this.account, { ...command("pay"), amountKurus }));
      case "refund": {
        const paymentId = [...this.payments.keys()][number % this.payments.size];
        const half = kurus(Math.ceil((this.payments.get(paymentId ?? "")?.amountKurus ?? 0) / 2));
        return paymentId !== undefined &&
          this.#take(
            decideRefund(this.view, {
              ...command("ref"),
              paymentId,
              ...(number % 2 === 0 && { amountKurus: half }),
            }),
          );
      }
      case "top_up": {
        const started = command("top");
        const topUp = { ...started, cardId: "card_1", amountKurus, gateway: "sandbox" };
        if (!this.#take(decideTopUp(this.account, topUp))) return false;
        const closing = {
          ...command("tuc"),
          topUpId: started.entryId,
          ...{ gateway: "sandbox", providerRef: "charge" },
        };
        return this.#take(decideTopUpCredit(this.account, closing));
      }
      case "grant":
      case "take": {
        const direction = kind === "grant" ? "credit" : "debit";
        const adjustment = { ...command("adj"), direction, amountKurus, reason: "other" } as const;
        return this.#take(decideAdjustment(this.account, adjustment));
      }
      case "give_back":
      case "give_back_in_vain": {
        const topUpId = [...this.topUps.keys()][number % this.topUps.size];
        if (topUpId === undefined) return false;
        const refund = command("crf");
        const termsOf = () => ({ givesBackParts: true, giveBackWithinDays: 365 });
        // It ends at once, or pays first of all meanwhile.
        if (!this.#take(decideCardRefund(this.view, { ...refund, topUpId, termsOf }))) return false;
        if (kind === "give_back") {
          this.account = { ...this.account, openCardRefunds: [] };
          return true;
        }
        this.do(["pay", 1 + number % 50]);
        const cardRefundId = refund.entryId;
        return this.#take(decideCardRefundFailure(this.view, { ...command("crfe"), cardRefundId }));
      }
    }
  }

  /** Refunds all that is left of every payment. */
  refundAll(): void {
    for (const { paymentId, amountKurus, refundedKurus } of [...this.payments.values()]) {
      const refund = { ...COMMAND, entryId: `ref_of_${paymentId}`, paymentId };
      if (refundedKurus < amountKurus) this.#take(decideRefund(this.view, refund));
    }
  }

  /** How much cards brought, and how much they got back. */
  get brought(): number {
    return [...this.topUps.values()].reduce((sum, topUp) => sum + topUp.amountKurus, 0);
  }
  get gotBack(): number {
    return [...this.topUps.values()].reduce((sum, topUp) => sum + topUp.refundedKurus, 0);
  }

  #take(decision: Decision<JournalEntry>): boolean {
    if (decision.outcome !== "accepted") return false;
    this.account = decision.account;
    const payment = paymentAfter(decision.entry, this.payments);
    if (payment) this.payments.set(payment.paymentId, payment);
    const topUp = topUpAfter(decision.entry, this.topUps);
    if (topUp) this.topUps.set(topUp.topUpId, topUp);
    return true;
  }
}

function walk(granted: number, steps: readonly Step[]): Wallet {
  const wallet = new Wallet(granted);
  for (const step of steps) wallet.do(step);
  return wallet;
}

interface Walk {
  readonly name: string;
  readonly granted?: number;
  readonly steps: readonly Step[];
  readonly expected: number;
}

const WALKS: readonly Walk[] = [
  { name: "all that they brought", steps: [["top_up", 100]], expected: 100 },
  { name: "nothing of an opening balance", granted: 100, steps: [], expected: 0 },
  { name: "what they brought to one", granted: 100, steps: [["top_up", 50]], expected: 50 },
  {
    name: "nothing of a bonus that came when theirs was spent",
    steps: [["top_up", 100], ["pay", 100], ["grant", 50]],
    expected: 0,
  },
  {
    name: "nothing of a bonus that was paid with and refunded",
    steps: [["top_up", 100], ["pay", 100], ["grant", 50], ["pay", 50], ["refund", 1]],
    expected: 0,
  },
  {
    name: "what they brought after a bonus was spent",
    granted: 40,
    steps: [["pay", 40], ["top_up", 20]],
    expected: 20,
  },
  {
    name: "nothing of a spent bonus that comes back after they brought more",
    granted: 40,
    steps: [["pay", 40], ["top_up", 100], ["pay", 100], ["refund", 0], ["refund", 0]],
    expected: 0,
  },
  {
    name: "what they brought of a payment that is refunded",
    steps: [["top_up", 100], ["pay", 100], ["refund", 1]],
    expected: 100,
  },
  {
    name: "nothing more where a fine took it",
    steps: [["top_up", 100], ["take", 30]],
    expected: 70,
  },
  {
    name: "all of it where a fine took the bonus",
    granted: 30,
    steps: [["top_up", 100], ["take", 30]],
    expected: 100,
  },
  {
    name: "what a refused give-back put back, though a bonus was spent meanwhile",
    granted: 30,
    steps: [["top_up", 100], ["give_back_in_vain", 0]],
    expected: 100,
  },
];

for (const { name, granted = 0, steps, expected } of WALKS) {
  Deno.test(`cardMoneyKurus() lets cards get ${name}`, () => {
    assertEquals(Number(cardMoneyKurus(walk(granted, steps).account)), expected);
  });
}

const amount = fc.integer({ min: 1, max: 100 });
const STEPS: fc.Arbitrary<Step[]> = fc.array(
  fc.tuple(
    fc.constantFrom<Step[0]>(
      ...["pay", "pay", "refund", "top_up", "grant", "give_back", "give_back_in_vain"] as const,
    ),
    amount,
  ),
  { maxLength: 40, size: "max" },
);
const RUNS = { seed: 20260101, numRuns: 500 };

Deno.test("cardMoneyKurus() is never more than cards brought and did not get back, nor than there is", () => {
  fc.assert(
    fc.property(fc.nat(100), STEPS, (granted, steps) => {
      const wallet = new Wallet(granted);
      for (const step of steps) {
        wallet.do(step);
        const money = cardMoneyKurus(wallet.account);
        assert(money >= 0 && money <= wallet.account.balanceKurus);
        assert(money <= wallet.brought - wallet.gotBack, `${money} of ${wallet.brought}`);
      }
    }),
    RUNS,
  );
});

Deno.test("grantedAgainKurus() is such that once every payment is refunded, cards can get back all that they brought and no kurus of a grant", () => {
  fc.assert(
    fc.property(fc.nat(100), STEPS, (granted, steps) => {
      const wallet = walk(granted, steps);
      const granting = steps.filter(([kind]) => kind === "grant");
      const all = granting.reduce((sum, [, grant]) => sum + grant, granted);
      wallet.refundAll();
      for (let place = 0; place < wallet.topUps.size; place++) wallet.do(["give_back", place]);
      assertEquals(wallet.gotBack, wallet.brought);
      assertEquals(Number(wallet.account.balanceKurus), all);
    }),
    RUNS,
  );
});
