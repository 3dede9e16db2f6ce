import { randomInt } from "node:crypto";
import { GATEWAY_TIMEOUT_MILLISECONDS, MINUTE_MILLISECONDS } from "../../../domain/limits.ts";
import type { CardGateway, GatewayTraits } from "../../../domain/ports/card_gateway.ts";
import type { Clock } from "../../../domain/ports/clock.ts";
import type { IyzicoBuyerDefaults } from "./buyer.ts";
import { createCalls } from "./calls.ts";
import { forget, register } from "./cards.ts";
import { charge, type Charging } from "./charging.ts";
import { check } from "./checking.ts";
import { complete } from "./completing.ts";
import { giveBack, inquireGiveBack } from "./giving_back.ts";
import { inquire } from "./inquiring.ts";
import { verify } from "./messages.ts";
import type { IyzicoKeys } from "./signing.ts";

export interface IyzicoOptions extends IyzicoKeys {
  readonly url: string;
  readonly buyerDefaults: IyzicoBuyerDefaults;
  readonly clock: Pick<Clock, "now">;
  /** A text that no request had before. */
  readonly nonce?: () => string;
  readonly fetch?: typeof fetch;
  /** When a call of the port is given up, whatever requests it consists of. */
  readonly deadline?: () => AbortSignal;
}

/** How long the bank's page may take. iyzico does not say; a bank's code lasts three minutes or so. */
const ACTION_MILLISECONDS = 15 * MINUTE_MILLISECONDS;

const TRAITS: GatewayTraits = {
  name: "iyzico",
  // A conversationId is only repeated in the answer: two charges with the same one may be two charges.
  repeatableSeconds: 0,
  // iyzico does not say when its reports know a charge; its own client waits 140 s for an answer.
  notFoundIsFinalAfterSeconds: 3_600,
  keepsCards: true,
  takesNumbers: true,
  takesOwnTokens: false,
  registrationNeeds: ["cardHolder", "expireMonth", "expireYear"],
  givesBackParts: true,
  giveBackWithinDays: 365,
};

/** Creates the adapter of iyzico, for the account of one fleet. */
export function createIyzicoGateway(options: IyzicoOptions): CardGateway {
  const { url, apiKey, secretKey, buyerDefaults, clock } = options;
  const nonce = options.nonce ?? (() => `${clock.now()}${randomInt(1e9, 1e10)}`);
  const makeSignal = options.deadline ?? (() => AbortSignal.timeout(GATEWAY_TIMEOUT_MILLISECONDS));
  const calls = createCalls({
    url,
    keys: { apiKey, secretKey },
    nonce,
    fetch: options.fetch ?? fetch,
  });
  const charging = (): Charging => ({ calls, secretKey, signal: makeSignal() });

  return {
    traits: TRAITS,
    register: (payer, card) => register(calls, { payer, card, signal: makeSignal() }),
    forget: (token) => forget(calls, token, makeSignal()),
    charge: (order) =>
      charge(charging(), order, {
        defaults: buyerDefaults,
        expiresAt: clock.now() + ACTION_MILLISECONDS,
      }),
    complete: (completion) => complete(charging(), completion),
    inquire: (expected) => inquire(charging(), expected),
    giveBack: (order) => giveBack(charging(), order, buyerDefaults),
    inquireGiveBack: (order) => inquireGiveBack(charging(), order),
    verify: (message) => Promise.resolve(verify(message, secretKey)),
    check: () => check(calls, makeSignal),
  };
}
