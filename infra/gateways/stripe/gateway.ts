import { GATEWAY_TIMEOUT_MILLISECONDS } from "../../../domain/limits.ts";
import type { CardGateway, GatewayTraits } from "../../../domain/ports/card_gateway.ts";
import type { Clock } from "../../../domain/ports/clock.ts";
import { createCalls } from "./calls.ts";
import { forget, register } from "./cards.ts";
import { charge, type Charging, complete } from "./charging.ts";
import { check } from "./checking.ts";
import { giveBack, inquireGiveBack } from "./giving_back.ts";
import { inquire } from "./inquiring.ts";
import { isLive, type StripeKeys } from "./keys.ts";
import { verify } from "./messages.ts";

export interface StripeOptions extends StripeKeys {
  readonly url: string;
  readonly clock: Pick<Clock, "now">;
  readonly fetch?: typeof fetch;
  /** When a call of the port is given up, whatever requests it consists of. */
  readonly deadline?: () => AbortSignal;
}

const TRAITS: GatewayTraits = {
  name: "stripe",
  // Stripe keeps a key for 24 hours at least.
  repeatableSeconds: 86_400,
  // The list of a Customer's charges is up to date; the wait is for a request that is still on its way.
  notFoundIsFinalAfterSeconds: 3_600,
  keepsCards: true,
  // Numbers are refused unless Stripe has looked at who sends them.
  takesNumbers: false,
  takesOwnTokens: true,
  registrationNeeds: [],
  givesBackParts: true,
  // Stripe names no limit, but banks do.
  giveBackWithinDays: 180,
};

/** Creates the adapter of Stripe, for the account of one fleet. */
export function createStripeGateway(options: StripeOptions): CardGateway {
  const { url, secretKey, webhookSecret, clock } = options;
  const makeSignal = options.deadline ?? (() => AbortSignal.timeout(GATEWAY_TIMEOUT_MILLISECONDS));
  const calls = createCalls({
    url: new URL(url).origin,
    secretKey,
    fetch: options.fetch ?? fetch,
  });
  const live = isLive({ secretKey });
  const charging = (): Charging => ({ calls, live, signal: makeSignal() });

  return {
    traits: TRAITS,
    register: (payer, card) => register(calls, payer, card, makeSignal()),
    forget: (token) => forget(calls, token, makeSignal()),
    charge: (order) => charge(charging(), order),
    complete: (completion) => complete(charging(), completion),
    inquire: (asked) => inquire(charging(), { ...asked, now: clock.now() }),
    giveBack: (order) => giveBack(charging(), order),
    inquireGiveBack: (order) => inquireGiveBack(charging(), order),
    verify: (message) => Promise.resolve(verify(message, { webhookSecret, now: clock.now() })),
    check: () => check(calls, { live, makeSignal }),
  };
}
