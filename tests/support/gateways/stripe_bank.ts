import { type Kurus, kurus } from "../../../domain/money.ts";

/** What the fake knows of a PaymentIntent. It stays true whatever the adapter is told. */
export interface BankIntent {
  readonly id: string;
  readonly reference: string;
  readonly amountKurus: Kurus;
  readonly customer: string;
  /** In seconds. */
  readonly created: number;
  status: "succeeded" | "processing" | "requires_action" | "requires_payment_method" | "canceled";
  error?: CardError;
  cancellationReason?: string;
  readonly refunds: BankRefund[];
}

export interface CardError {
  readonly code: string;
  readonly decline_code?: string;
}

export interface BankRefund {
  readonly id: string;
  readonly reference: string;
  readonly amountKurus: Kurus;
  status: "succeeded" | "pending" | "failed";
}

export interface BankMethod {
  readonly id: string;
  customer: string | null;
}

export interface StripeBank {
  readonly intents: BankIntent[];
  readonly methods: Map<string, BankMethod>;
  /** The account that each Customer is of. */
  readonly customers: Map<string, string | undefined>;
  newId(prefix: string): string;
  add(intent: Omit<BankIntent, "id" | "refunds">): BankIntent;
  find(id: unknown): BankIntent | undefined;
  under(reference: unknown): readonly BankIntent[];
}

export function createStripeBank(): StripeBank {
  const intents: BankIntent[] = [];
  let lastId = 1_000;
  const newId = (prefix: string) => `${prefix}_3Fake${++lastId}`;
  return {
    intents,
    methods: new Map(),
    customers: new Map(),
    newId,
    add: (intent) => {
      const added: BankIntent = { ...intent, id: newId("pi"), refunds: [] };
      intents.push(added);
      return added;
    },
    find: (id) => intents.find((intent) => intent.id === id),
    under: (reference) => intents.filter((intent) => intent.reference === reference),
  };
}

/** How much of a charge went back, or is on its way. */
export function givenBackOf({ refunds }: BankIntent, { pending = false } = {}): Kurus {
  const counted = refunds.filter(({ status }) =>
    status === "succeeded" || (pending && status === "pending")
  );
  return kurus(counted.reduce((total, { amountKurus }) => total + amountKurus, 0));
}
