import { assert, assertEquals, assertRejects } from "@std/assert";
import { CardToken } from "../../../domain/card_token.ts";
import { kurus } from "../../../domain/money.ts";
import type {
  ChargeOrder,
  GatewayMessage,
  GiveBackOrder,
  Payer,
  Registration,
} from "../../../domain/ports/card_gateway.ts";
import type { FakeCall, FakeStep, GatewayFake } from "../../support/gateways/fake.ts";

/** How a call of the port ended, in a word or two: its status, or `unknown` if it rejected. */
type Ending = string;

/** What a scenario showed, and what the bank says of it. */
export interface Shown {
  /** The endings of its calls, in order. */
  readonly endings: readonly Ending[];
  /** How often the card was charged, and how much is not given back. */
  readonly charges: number;
  readonly leftKurus: number;
}

export interface Scenario {
  readonly name: string;
  /** What the fake has to be able to play. */
  readonly needs: readonly (readonly [FakeCall, FakeStep])[];
  /** Further conditions on the adapter. */
  readonly appliesTo?: (fake: GatewayFake) => boolean;
  /** Plays it. What it returns has to equal what is expected of it. */
  readonly play: (stage: Stage) => Promise<void>;
  /** By the adapter, where its traits make a difference. */
  readonly expected: Shown | ((fake: GatewayFake) => Shown);
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

const charged = (...endings: Ending[]): Shown => ({ endings, charges: 1, leftKurus: AMOUNT });
const nothing = (...endings: Ending[]): Shown => ({ endings, charges: 0, leftKurus: 0 });
const givenBack = (...endings: Ending[]): Shown => ({ endings, charges: 1, leftKurus: 0 });

const isRepeatable = ({ gateway }: GatewayFake): boolean => gateway.traits.repeatableSeconds > 0;

/** Answers after which nobody knows what happened, although all of it did. */
const UNREADABLE: readonly FakeStep[] = [
  "lost_after",
  "half_an_answer",
  "slow",
  "server_error_after",
  "wrong_signature",
  "wrong_amount",
  "wrong_currency",
  "wrong_reference",
];
const NOTHING_HAPPENED: readonly FakeStep[] = ["lost_before", "server_error_before"];

const REFUSED = [
  ["insufficient_funds", "insufficient_funds"],
  ["expired_card", "expired_card"],
  ["do_not_honour", "declined"],
  ["lost_card", "declined"],
] as const satisfies readonly (readonly [FakeStep, string])[];

const CHARGES: readonly Scenario[] = [
  {
    name: "charges a card",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.inquire();
    },
    expected: charged("charged", "charged"),
  },
  ...REFUSED.map(([step, reason]): Scenario => ({
    name: `refused by the bank: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    // Which reason an inquiry still knows depends on the gateway; that nothing was charged does not.
    expected: nothing(`declined ${reason}`, `declined ${reason}`),
  })),
  {
    name: "token gone",
    needs: [["charge", "card_gone"]],
    play: async (stage) => {
      stage.fake.play("charge", "card_gone");
      await stage.charge();
    },
    expected: nothing("declined card_gone"),
  },
  {
    name: "card forgotten, again, and then charged",
    needs: [],
    appliesTo: ({ gateway }) => gateway.traits.keepsCards,
    play: async (stage) => {
      await stage.forget();
      await stage.forget();
      await stage.charge();
    },
    expected: nothing("forgotten", "forgotten", "declined card_gone"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `charged, but the answer: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    expected: charged("unknown", "charged"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `not charged, and no answer: ${step}`,
    needs: [["charge", step]],
    play: async (stage) => {
      stage.fake.play("charge", step);
      await stage.charge();
      await stage.inquire();
    },
    expected: nothing("unknown", "not_found"),
  })),
  {
    name: "the gateway does not know itself",
    needs: [["charge", "says_unknown"]],
    play: async (stage) => {
      stage.fake.play("charge", "says_unknown");
      await stage.charge();
      await stage.inquire();
    },
    expected: nothing("unknown", "declined declined"),
  },
  {
    name: "charged twice under one reference",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.charge();
      await stage.inquire();
    },
    // Where a reference can be charged twice, the inquiry finds the surplus, which goes back.
    expected: (fake) =>
      isRepeatable(fake)
        ? charged("charged", "charged", "charged")
        : { ...charged("charged", "charged", "charged", "given_back"), charges: 2 },
  },
  {
    name: "late success after not_found",
    needs: [["charge", "lost_before"]],
    play: async (stage) => {
      stage.fake.play("charge", "lost_before");
      await stage.charge();
      await stage.inquire();
      stage.fake.chargeUnheard(REFERENCE, AMOUNT);
      await stage.inquire();
    },
    expected: charged("unknown", "not_found", "charged"),
  },
  {
    name: "charged, but not found yet",
    needs: [["charge", "lost_after"], ["inquire", "finds_nothing"]],
    play: async (stage) => {
      stage.fake.play("charge", "lost_after");
      await stage.charge();
      stage.fake.play("inquire", "finds_nothing");
      await stage.inquire();
      await stage.inquire();
    },
    expected: charged("unknown", "not_found", "charged"),
  },
  {
    name: "under review, then approved",
    needs: [["charge", "under_review"]],
    play: async (stage) => {
      stage.fake.play("charge", "under_review");
      await stage.charge();
      await stage.inquire();
      stage.fake.settle(REFERENCE, "works");
      await stage.inquire();
    },
    expected: charged("pending", "pending", "charged"),
  },
  {
    name: "under review, then rejected",
    needs: [["charge", "under_review"]],
    play: async (stage) => {
      stage.fake.play("charge", "under_review");
      await stage.charge();
      stage.fake.settle(REFERENCE, "refused");
      await stage.inquire();
    },
    expected: nothing("pending", "declined declined"),
  },
  ...([...UNREADABLE, ...NOTHING_HAPPENED] as const).map((step): Scenario => ({
    name: `charged, and the inquiry: ${step}`,
    needs: [["inquire", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("inquire", step);
      await stage.inquire();
      await stage.inquire();
    },
    expected: charged("charged", "unknown", "charged"),
  })),
];

const wants3ds: Scenario["needs"] = [["charge", "wants_3ds"]];

async function chargeWith3ds(stage: Stage): Promise<void> {
  stage.fake.play("charge", "wants_3ds");
  await stage.charge();
}

const AUTHENTICATIONS: readonly Scenario[] = [
  {
    name: "3-D Secure passed",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: charged("requires_action", "charged", "charged"),
  },
  {
    name: "3-D Secure failed",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("fails");
    },
    expected: nothing("requires_action", "declined authentication_failed"),
  },
  {
    name: "3-D Secure passed, and the bank refuses",
    needs: [...wants3ds, ["complete", "insufficient_funds"]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", "insufficient_funds");
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: nothing(
      "requires_action",
      "declined insufficient_funds",
      "declined insufficient_funds",
    ),
  },
  {
    name: "3-D Secure, the user never returns",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.inquire();
    },
    expected: nothing("requires_action", "pending awaits user"),
  },
  {
    name: "3-D Secure, the user returns and nobody completes",
    needs: wants3ds,
    appliesTo: (fake) => fake.plays("start_3ds", "lost_after"),
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.fake.userReturns(REFERENCE, "passes");
      await stage.inquire();
    },
    expected: nothing("requires_action", "pending awaits user"),
  },
  {
    name: "3-D Secure, returned twice",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.complete("passes");
      await stage.inquire();
    },
    expected: charged("requires_action", "charged", "charged", "charged"),
  },
  {
    name: "3-D Secure, returned with a failure after it was charged",
    needs: wants3ds,
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.complete("passes");
      await stage.complete("fails");
    },
    expected: charged("requires_action", "charged", "charged"),
  },
  {
    name: "3-D Secure, what the browser brings is unsigned",
    needs: wants3ds,
    appliesTo: (fake) => fake.plays("start_3ds", "lost_after"),
    play: async (stage) => {
      await chargeWith3ds(stage);
      await stage.verify(await stage.fake.userReturns(REFERENCE, "unsigned"));
      await stage.complete("unsigned");
      await stage.verify(await stage.fake.userReturns(REFERENCE, "passes"));
    },
    expected: nothing("requires_action", "unsigned", "unknown", "signed"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `3-D Secure completed, but the answer: ${step}`,
    needs: [...wants3ds, ["complete", step]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", step);
      await stage.complete("passes");
      await stage.inquire();
      await stage.complete("passes");
    },
    expected: charged("requires_action", "unknown", "charged", "charged"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `3-D Secure not completed, and no answer: ${step}`,
    needs: [...wants3ds, ["complete", step]],
    play: async (stage) => {
      await chargeWith3ds(stage);
      stage.fake.play("complete", step);
      await stage.complete("passes");
      await stage.inquire();
      await stage.complete("passes");
    },
    expected: charged("requires_action", "unknown", "pending awaits user", "charged"),
  })),
  ...(["lost_after", "half_an_answer", "slow", "wrong_signature"] as const).map((
    step,
  ): Scenario => ({
    name: `3-D Secure begun, but the page: ${step}`,
    needs: [...wants3ds, ["start_3ds", step]],
    play: async (stage) => {
      stage.fake.play("start_3ds", step);
      await chargeWith3ds(stage);
      await stage.inquire();
    },
    expected: nothing("unknown", "declined authentication_expired"),
  })),
];

const CARDS: readonly Scenario[] = [
  {
    name: "card refused",
    needs: [["register", "refused"]],
    play: async (stage) => {
      stage.fake.play("register", "refused");
      await stage.register();
      assertEquals(stage.fake.cardCount(), 0);
    },
    expected: nothing("refused"),
  },
  ...(["lost_before", "lost_after", "half_an_answer", "slow", "server_error_after"] as const).map((
    step,
  ): Scenario => ({
    name: `card registered, but the answer: ${step}`,
    needs: [["register", step]],
    play: async (stage) => {
      stage.fake.play("register", step);
      await stage.register();
      await stage.register();
    },
    expected: nothing("unknown", "registered"),
  })),
];

const PART = { amountKurus: kurus(200), whole: false };
const givesBackParts = ({ gateway }: GatewayFake): boolean => gateway.traits.givesBackParts;

const GIVING_BACK: readonly Scenario[] = [
  {
    name: "all given back, and asked for again",
    needs: [],
    play: async (stage) => {
      await stage.charge();
      await stage.giveBack();
      await stage.giveBack();
      await stage.inquireGiveBack();
    },
    expected: givenBack("charged", "given_back", "given_back", "given_back"),
  },
  {
    name: "two parts given back, each asked for twice",
    needs: [],
    appliesTo: givesBackParts,
    play: async (stage) => {
      await stage.charge();
      // So small that a doubled one would not exceed the charge.
      for (const refundReference of ["crf_first", "crf_second", "crf_first", "crf_second"]) {
        await stage.giveBack({ refundReference, ...PART });
      }
    },
    expected: { ...charged("charged", ...Array(4).fill("given_back")), leftKurus: AMOUNT - 400 },
  },
  {
    name: "giving back refused",
    needs: [["give_back", "refused"]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "refused");
      await stage.giveBack();
    },
    expected: charged("charged", "refused"),
  },
  {
    name: "giving back pending, then done",
    needs: [["give_back", "pending"]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "pending");
      await stage.giveBack();
      await stage.giveBack();
      stage.fake.settle(REFERENCE, "works");
      await stage.inquireGiveBack();
    },
    expected: givenBack("charged", "pending", "pending", "given_back"),
  },
  ...UNREADABLE.map((step): Scenario => ({
    name: `given back, but the answer: ${step}`,
    needs: [["give_back", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack();
      await stage.inquireGiveBack();
      await stage.giveBack();
    },
    expected: givenBack("charged", "unknown", "given_back", "given_back"),
  })),
  ...UNREADABLE.map((step): Scenario => ({
    name: `part given back, but the answer: ${step}`,
    needs: [["give_back", step]],
    appliesTo: givesBackParts,
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack(PART);
      await stage.inquireGiveBack(PART);
      await stage.giveBack(PART);
    },
    expected: {
      ...charged("charged", "unknown", "given_back", "given_back"),
      leftKurus: AMOUNT - PART.amountKurus,
    },
  })),
  ...([{}, PART] as const).map((part): Scenario => ({
    name: `giving back ${"whole" in part ? "a part" : "all"}: the gateway does not know itself`,
    needs: [["give_back", "says_unknown"]],
    appliesTo: (fake) => !("whole" in part) || givesBackParts(fake),
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", "says_unknown");
      await stage.giveBack(part);
      await stage.inquireGiveBack(part);
    },
    expected: charged("charged", "unknown", "not_found"),
  })),
  ...NOTHING_HAPPENED.map((step): Scenario => ({
    name: `not given back, and no answer: ${step}`,
    needs: [["give_back", step]],
    play: async (stage) => {
      await stage.charge();
      stage.fake.play("give_back", step);
      await stage.giveBack();
      await stage.inquireGiveBack();
      await stage.giveBack();
    },
    expected: givenBack("charged", "unknown", "not_found", "given_back"),
  })),
];

const MESSAGES: readonly Scenario[] = [
  {
    name: "webhook, signed and unsigned",
    needs: [],
    appliesTo: ({ gateway }) => gateway.traits.keepsCards,
    play: async (stage) => {
      await stage.charge();
      await stage.verify(await stage.fake.webhook(REFERENCE, "signed"));
      await stage.verify(await stage.fake.webhook(REFERENCE, "unsigned"));
    },
    expected: charged("charged", "signed", "unsigned"),
  },
];

export const SCENARIOS: readonly Scenario[] = [
  ...CHARGES,
  ...AUTHENTICATIONS,
  ...CARDS,
  ...GIVING_BACK,
  ...MESSAGES,
];

/** Whether a scenario means anything with this gateway. */
export function applies(scenario: Scenario, fake: GatewayFake): boolean {
  return scenario.needs.every(([call, step]) => fake.plays(call, step)) &&
    (scenario.appliesTo?.(fake) ?? true);
}

/** Opens a gateway's fake, one for each scenario. */
export type OpenFake = () => GatewayFake | Promise<GatewayFake>;

/** The scenarios that mean something with this gateway. */
export async function scenariosOf(open: OpenFake): Promise<readonly Scenario[]> {
  await using fake = await open();
  return SCENARIOS.filter(({ needs, appliesTo }) =>
    needs.every(([call, step]) => fake.plays(call, step)) && (appliesTo?.(fake) ?? true)
  );
}

/** Plays a scenario on a fake of its own. */
export async function showScenario(
  { play, expected }: Scenario,
  open: OpenFake,
): Promise<{ readonly shown: Shown; readonly expected: Shown }> {
  await using fake = await open();
  const stage = new Stage(fake);
  await play(stage);
  return {
    shown: stage.shown(),
    expected: typeof expected === "function" ? expected(fake) : expected,
  };
}

/** What an adapter may answer otherwise than the suite says, because its gateway does. */
export type Deviations = Readonly<Record<string, Partial<Shown>>>;

/** Tests that an adapter behaves as the port says, whatever its gateway does. */
export async function testGatewayContract(
  name: string,
  open: OpenFake,
  deviations: Deviations = {},
): Promise<void> {
  const scenarios = await scenariosOf(open);
  for (const scenario of scenarios) {
    Deno.test(`${name}: ${scenario.name}`, async () => {
      const { shown, expected } = await showScenario(scenario, open);
      assertEquals(shown, { ...expected, ...deviations[scenario.name] });
    });
  }

  Deno.test(`${name}: deviates only in scenarios that it plays`, () => {
    const names = new Set(scenarios.map(({ name }) => name));
    assertEquals(Object.keys(deviations).filter((name) => !names.has(name)), []);
  });

  Deno.test(`${name}: asks harmless questions, and takes no token of another gateway`, async () => {
    await using fake = await open();
    const findings = await fake.gateway.check();
    assert(findings.length > 0);
    for (const { question, works, says } of findings) assert(works, `${question} ${says}`);
    assertEquals(fake.charges(REFERENCE), []);
    if (!fake.gateway.traits.keepsCards) return;
    const token = new CardToken("4242424242424242");
    const error = await assertRejects(() => fake.gateway.forget(token), Error);
    assert(!error.message.includes("4242"));
  });
}
