import { assertEquals } from "@std/assert";
import { CardToken } from "../../../domain/card_token.ts";
import { kurus } from "../../../domain/money.ts";
import { decideTopUp, decideTopUpFailure } from "../../../domain/top_up.ts";
import { inquireClosed } from "../../../domain/workflows/closed_top_ups.ts";
import { accept, ACCOUNT_ID, COMMAND, testAccount, testCards } from "../../support/account.ts";
import { createPatientClock } from "../../support/clock.ts";

const TOKEN = new CardToken("token of card_1");

/** A top-up that has failed, under the gateway's name for it if there is one. */
function failed(providerRef?: string) {
  const account = testAccount({ cards: testCards(1), selectedCardId: "card_1" });
  const amountKurus = kurus(5_000);
  const command = { ...COMMAND, entryId: "top_1", amountKurus, gateway: "stripe" };
  const started = accept(decideTopUp(account, command));
  return accept(
    decideTopUpFailure(started.account, {
      ...COMMAND,
      entryId: "tuc_1",
      topUpId: "top_1",
      gateway: "stripe",
      reason: "declined",
      ...(providerRef !== undefined && { providerRef }),
    }),
  ).entry;
}

for (
  const { name, providerRef, isGone, asked } of [
    { name: "by the gateway's name for it", providerRef: "pi_1", asked: { providerRef: "pi_1" } },
    { name: "by its card if that was never known", asked: { token: TOKEN } },
    { name: "by its reference alone if the card is gone, too", isGone: true, asked: {} },
  ]
) {
  Deno.test(`inquireClosed() asks about a top-up ${name}`, async () => {
    const questions: unknown[] = [];
    const answer = await inquireClosed(
      {
        gateway: {
          inquire: (question) => {
            questions.push(question);
            return Promise.resolve({ status: "not_found" });
          },
        },
        vault: {
          open: (_, cardId) =>
            isGone ? Promise.reject(new Error("there is no such card")) : Promise.resolve({
              gateway: "stripe",
              token: TOKEN,
              fingerprint: cardId,
              fleetFingerprint: cardId,
            }),
        },
        clock: createPatientClock(),
      },
      ACCOUNT_ID,
      failed(providerRef),
    );
    assertEquals(answer, { status: "not_found" });
    assertEquals(questions, [{ reference: "top_1", amountKurus: kurus(5_000), ...asked }]);
  });
}
