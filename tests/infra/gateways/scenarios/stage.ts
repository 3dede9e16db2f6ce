import { assert } from "@std/assert";
import { kurus } from "../../../../domain/money.ts";
import type {
  ChargeOrder,
  GatewayMessage,
  GiveBackOrder,
  Payer,
  Registration,
} from "../../../../domain/ports/card_gateway.ts";
import type { GatewayFake } from "../../../support/gateways/fake.ts";

/** How a call of the port ended, in a word or two: its status, or `unknown` if it rejected. */
export type Ending = string;

/** What a scenario showed, and what the bank says of it. */
export interface Shown {
  /** The endings of its calls, in order. */
  readonly endings: readonly Ending[];
  /** How often the card was charged, and how much is not given back. */
  readonly charges: number;
  readonly leftKurus: number;
}

export const AMOUNT = kurus(1050);
export const REFERENCE = "top_01M829RJJTJT9P5BSQB888S198";

export const PAYER: Payer = {
  account: { filo: "hergele", userNo: "1001" },
  name: "Ahmet",
  surname: "Yılmaz",
  phoneNumber: "+905551234567",
  email: "ahmet@example.com",
};

/** One run of a scenario: it keeps every ending, and looks through every error for secrets. */
export class Stage {
  readonly endings: Ending[] = [];
  providerRef: string | undefined;
  #order: ChargeOrder | undefined;

  constructor(readonly fake: GatewayFake) {}

  async register(): Promise<Registration | undefined> {
    const { gateway } = this.fake;
    return await this.note(gateway.register(PAYER, this.fake.card()));
  }

  /** Registers the card that will be charged. */
  async prepare(): Promise<void> {
    this.#order ??= await this.#newOrder();
  }

  async charge(): Promise<void> {
    this.#order ??= await this.#newOrder();
    const outcome = await this.note(this.fake.gateway.charge(this.#order));
    if (outcome !== undefined && "providerRef" in outcome) this.providerRef = outcome.providerRef;
  }

  async inquire(): Promise<void> {
    const { providerRef } = this;
    const { token } = this.#order ?? await this.#newOrder();
    const inquiry = await this.note(this.fake.gateway.inquire({
      reference: REFERENCE,
      amountKurus: AMOUNT,
      token,
      ...(providerRef !== undefined && { providerRef }),
    }));
    if (inquiry === undefined || inquiry.status === "not_found") return;
    if ("providerRef" in inquiry) this.providerRef = inquiry.providerRef;
    for (const [index, { providerRef, amountKurus }] of (inquiry.surplus ?? []).entries()) {
      const refundReference = `surplus_${index}`;
      await this.giveBack({ providerRef, amountKurus, refundReference, whole: true });
    }
  }

  /** The user comes back, and the charge is completed with what the browser brought. */
  async complete(how: "passes" | "fails" | "unsigned"): Promise<void> {
    const message = await this.fake.userReturns(REFERENCE, how);
    if (message === undefined) return;
    await this.completeWith(message);
  }

  async completeWith(message: GatewayMessage): Promise<void> {
    const { providerRef = "" } = this;
    const completion = { reference: REFERENCE, providerRef, amountKurus: AMOUNT, message };
    await this.note(this.fake.gateway.complete(completion));
  }

  async giveBack(order: Partial<GiveBackOrder> = {}): Promise<void> {
    await this.note(this.fake.gateway.giveBack(this.#toGiveBack(order)));
  }

  async inquireGiveBack(order: Partial<GiveBackOrder> = {}): Promise<void> {
    await this.note(this.fake.gateway.inquireGiveBack(this.#toGiveBack(order)));
  }

  /** Lets the gateway forget the card that is charged. */
  async forget(): Promise<void> {
    this.#order ??= await this.#newOrder();
    const forgotten = this.fake.gateway.forget(this.#order.token);
    await this.note(forgotten.then(() => ({ status: "forgotten" })));
  }

  async verify(message: GatewayMessage | undefined): Promise<void> {
    assert(message !== undefined);
    const subject = await this.fake.gateway.verify(message);
    const isOfCharge = subject?.reference === REFERENCE ||
      (subject?.providerRef !== undefined && subject.providerRef === this.providerRef);
    this.endings.push(subject === undefined ? "unsigned" : isOfCharge ? "signed" : "of another");
  }

  /** Notes how a call ended. Undefined if it rejected. */
  async note<Outcome extends { readonly status: string }>(
    call: Promise<Outcome>,
  ): Promise<Outcome | undefined> {
    try {
      const outcome = await call;
      const reason = "reason" in outcome ? ` ${outcome.reason}` : "";
      const waits = "awaitsUser" in outcome ? " awaits user" : "";
      this.endings.push(`${outcome.status}${reason}${waits}`);
      return outcome;
    } catch (error) {
      const text = Deno.inspect(error, { depth: 9 });
      for (const secret of this.fake.secrets()) {
        assert(
          !text.includes(secret),
          `an error shows a secret: ${text.replaceAll(secret, "***")}`,
        );
      }
      this.endings.push("unknown");
      return undefined;
    }
  }

  shown(): Shown {
    const charges = this.fake.charges(REFERENCE);
    const leftKurus = charges.reduce(
      (total, { amountKurus, givenBackKurus }) => total + amountKurus - givenBackKurus,
      0,
    );
    return { endings: this.endings, charges: charges.length, leftKurus };
  }

  async #newOrder(): Promise<ChargeOrder> {
    const registration = await this.fake.gateway.register(PAYER, this.fake.card());
    assert(registration.status === "registered");
    return {
      reference: REFERENCE,
      token: registration.token,
      amountKurus: AMOUNT,
      payer: PAYER,
      callbackUrl: `https://kese.example/update_balance/${REFERENCE}/donus`,
    };
  }

  #toGiveBack(order: Partial<GiveBackOrder>): GiveBackOrder {
    const { providerRef = "" } = this;
    const whole = { amountKurus: AMOUNT, whole: true };
    const refundReference = "crf_01M829RJJTJT9P5BSQB888S198";
    return { reference: REFERENCE, providerRef, refundReference, ...whole, ...order };
  }
}
