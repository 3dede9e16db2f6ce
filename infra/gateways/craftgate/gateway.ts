import { randomUUID } from "node:crypto";
import { GATEWAY_TIMEOUT_MILLISECONDS, MINUTE_MILLISECONDS } from "../../../domain/limits.ts";
import type { CardGateway, GatewayTraits } from "../../../domain/ports/card_gateway.ts";
import type { Clock } from "../../../domain/ports/clock.ts";
import { createCalls } from "./calls.ts";
import { forget, register } from "./cards.ts";
import { charge } from "./charging.ts";
import { check } from "./checking.ts";
import { complete } from "./completing.ts";
import { giveBack, inquireGiveBack } from "./giving_back.ts";
import { inquire } from "./inquiring.ts";
import type { CraftgateKeys } from "./keys.ts";
import { verify } from "./messages.ts";

export interface CraftgateOptions extends CraftgateKeys {
  readonly url: string;
  readonly clock: Pick<Clock, "now">;
  /** A text that no request had before. */
  readonly nonce?: () => string;
  readonly fetch?: typeof fetch;
  /** When a call of the port is given up, whatever requests it consists of. */
  readonly deadline?: () => AbortSignal;
}

/** How long the bank's page may take. Craftgate does not say; a bank's code lasts three minutes or so. */
const ACTION_MILLISECONDS = 15 * MINUTE_MILLISECONDS;

const TRAITS: GatewayTraits = {
  name: "craftgate",
  // Every request that may move money has its key, but how long Craftgate remembers one, and what it
  // answers to the same key while the first request is still at the bank, is documented nowhere. The
  // reports list all tries under a reference, so nothing is lost by looking instead of charging again.
  repeatableSeconds: 0,
  // Whether the reports list a charge that is still at the bank is not documented; Craftgate's own
  // clients wait 150 s for an answer.
  notFoundIsFinalAfterSeconds: 3_600,
  keepsCards: true,
  takesNumbers: true,
  takesOwnTokens: false,
  registrationNeeds: ["cardHolder", "expireMonth", "expireYear"],
  givesBackParts: true,
  giveBackWithinDays: 365,
};

/** Creates the adapter of Craftgate, for the account of one fleet. */
export function createCraftgateGateway(options: CraftgateOptions): CardGateway {
  const { url, apiKey, secretKey, callbackKey, webhookKey, clock } = options;
  const makeSignal = options.deadline ?? (() => AbortSignal.timeout(GATEWAY_TIMEOUT_MILLISECONDS));
  const calls = createCalls({
    url: new URL(url).origin,
    apiKey,
    secretKey,
    random: options.nonce ?? randomUUID,
    fetch: options.fetch ?? fetch,
  });

  return {
    traits: TRAITS,
    register: (_payer, card) => register(calls, card, makeSignal()),
    forget: (token) => forget(calls, token, makeSignal()),
    charge: (order) =>
      charge(calls, order, {
        signal: makeSignal(),
        expiresAt: clock.now() + ACTION_MILLISECONDS,
      }),
    complete: (completion) => complete(calls, completion, { callbackKey, signal: makeSignal() }),
    inquire: (expected) => inquire(calls, expected, makeSignal()),
    giveBack: (order) => giveBack(calls, order, makeSignal()),
    inquireGiveBack: (order) => inquireGiveBack(calls, order, makeSignal()),
    verify: (message) => verify(calls, message, { callbackKey, webhookKey, signal: makeSignal() }),
    check: () => check(calls, makeSignal),
  };
}
