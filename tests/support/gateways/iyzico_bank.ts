import { type Kurus, kurus } from "../../../domain/money.ts";

/** What the fake's bank knows of a payment. It stays true whatever the adapter is told. */
export interface BankPayment {
  readonly paymentId: string;
  readonly reference: string;
  readonly basketId: string;
  readonly amountKurus: Kurus;
  status: "SUCCESS" | "FAILURE" | "INIT_THREEDS" | "CALLBACK_THREEDS";
  fraudStatus: 1 | 0 | -1;
  errorGroup?: string;
  readonly givenBack: BankGiveBack[];
}

export interface BankGiveBack {
  readonly reference: string;
  readonly kind: "cancel" | "refund";
  readonly amountKurus: Kurus;
  /** 1: carried out. */
  status: 0 | 1;
}

export interface BankCard {
  readonly cardUserKey: string;
  readonly number: string;
}

/** A list of payments and cards that hands out ids. */
export interface IyzicoBank {
  readonly payments: readonly BankPayment[];
  readonly cards: Map<string, BankCard>;
  add(payment: Omit<BankPayment, "paymentId" | "givenBack">): BankPayment;
  find(paymentId: unknown): BankPayment | undefined;
  under(reference: unknown): readonly BankPayment[];
  newId(): string;
}

export function createIyzicoBank(): IyzicoBank {
  const payments: BankPayment[] = [];
  let lastId = 22_416_000;
  const newId = () => String(++lastId);
  return {
    payments,
    cards: new Map(),
    newId,
    add: (payment) => {
      const added = { ...payment, paymentId: newId(), givenBack: [] };
      payments.push(added);
      return added;
    },
    find: (paymentId) => payments.find((payment) => payment.paymentId === paymentId),
    under: (reference) => payments.filter((payment) => payment.reference === reference),
  };
}

/** How much of a payment went back, with what is still on its way if `pending`. */
export function givenBackOf({ givenBack }: BankPayment, { pending = false } = {}): Kurus {
  const counted = givenBack.filter(({ status }) => pending || status === 1);
  return kurus(counted.reduce((total, { amountKurus }) => total + amountKurus, 0));
}

/** Reads an amount as the bank gets it. It has its own reading, so that the adapter's is put to a test. */
export function toKurus(price: unknown): Kurus {
  if (typeof price !== "string" || !/^\d+\.\d{1,2}$/.test(price)) {
    throw new Error(`Cannot read a price: it is ${price}, must be a text such as 10.5`);
  }
  return kurus(Math.round(Number(price) * 100));
}
