import { type Kurus, kurus } from "../../../domain/money.ts";

/** What the fake's bank knows of a payment. It stays true whatever the adapter is told. */
export interface BankPayment {
  readonly id: number;
  readonly reference: string;
  readonly amountKurus: Kurus;
  status: "SUCCESS" | "FAILURE" | "INIT_THREEDS" | "CALLBACK_THREEDS" | "WAITING";
  errorGroup?: string;
  readonly refunds: BankRefund[];
}

export interface BankRefund {
  readonly id: number;
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly isWhole: boolean;
  readonly type: "CANCEL" | "REFUND";
  status: "SUCCESS" | "WAITING" | "FAILURE";
}

export interface BankCard {
  readonly cardUserKey: string;
  readonly number: string;
}

export interface CraftgateBank {
  readonly payments: BankPayment[];
  readonly cards: Map<string, BankCard>;
  newId(): number;
  add(
    payment: Pick<BankPayment, "reference" | "amountKurus" | "status" | "errorGroup">,
  ): BankPayment;
  find(id: unknown): BankPayment | undefined;
  under(reference: unknown): readonly BankPayment[];
}

export function createCraftgateBank(): CraftgateBank {
  const payments: BankPayment[] = [];
  let lastId = 8_900;
  const newId = () => ++lastId;
  return {
    payments,
    cards: new Map(),
    newId,
    add: (payment) => {
      const added: BankPayment = { ...payment, id: newId(), refunds: [] };
      payments.push(added);
      return added;
    },
    find: (id) => payments.find((payment) => payment.id === Number(id)),
    under: (reference) => payments.filter((payment) => payment.reference === reference),
  };
}

/** How much of a payment went back, or is on its way. */
export function givenBackOf({ refunds }: BankPayment, { waiting = false } = {}): Kurus {
  const counted = refunds.filter(({ status }) =>
    status === "SUCCESS" || (waiting && status === "WAITING")
  );
  return kurus(counted.reduce((total, { amountKurus }) => total + amountKurus, 0));
}

/** Reads a price as the bank gets it. It has its own reading, so that the adapter's is put to a test. */
export function toKurus(price: unknown): Kurus {
  if (typeof price !== "number" || !/^\d+(\.\d{1,2})?$/.test(String(price))) {
    throw new Error(`Cannot read a price: it is ${price}, must be a number such as 10.5`);
  }
  return kurus(Math.round(price * 100));
}
