import { assertEquals } from "@std/assert";
import { kurus } from "../../../domain/money.ts";
import type { Inquiry } from "../../../domain/ports/card_gateway.ts";
import { askForOutcome } from "../../../domain/workflows/top_up_asking.ts";
import type { OpenTopUpState } from "../../../domain/workflows/top_up_state.ts";
import { createTestClock, MINUTE, NOW } from "../../support/clock.ts";
import { createTestLog } from "../../support/logs.ts";
import { createScriptedGateway } from "../../support/scripted_gateway.ts";

const AMOUNT = kurus(1050);
const EXPIRES_AT = NOW + 15 * MINUTE;

/** What becomes of a top-up that waits for 3-D Secure when it is asked about so long after it began. */
async function inquireAfter(minutes: number, inquiry: Inquiry): Promise<unknown> {
  const clock = createTestClock();
  clock.advance(minutes * MINUTE);
  const started = { id: "top_1", amountKurus: AMOUNT, at: NOW };
  const action = { providerRef: "22416032", expiresAt: EXPIRES_AT };
  const { outcome } = await askForOutcome({
    gateway: { ...createScriptedGateway(), inquire: () => Promise.resolve(inquiry) },
    people: { find: () => Promise.resolve(undefined) },
    plan: { countNotFound: () => 0 },
    clock,
    log: createTestLog({ clock }).log,
    callbackUrl: (id) => `https://kese.example/update_balance/${id}/donus`,
  }, {
    account: { filo: "hergele", userNo: "1001" },
    // What it is asked about is all that is read of the entries.
    state: { status: "requires_action", started, action } as OpenTopUpState,
    ask: "inquire",
    card: () => Promise.reject(new Error("the card is not needed")),
  });
  return "reason" in outcome ? outcome.reason : outcome.status;
}

Deno.test("askForOutcome() fails a top-up whose user has not come in time, and no other that is pending", async () => {
  const providerRef = "22416032";
  const html = "<form></form>";
  const cases: readonly (readonly [Inquiry, before: string, after: string])[] = [
    [{ status: "pending", providerRef, awaitsUser: true }, "pending", "authentication_expired"],
    [
      {
        status: "requires_action",
        providerRef,
        action: { kind: "page", html },
        expiresAt: EXPIRES_AT + MINUTE,
      },
      "requires_action",
      "authentication_expired",
    ],
    // Under review, or not known: it may be charged.
    [{ status: "pending", providerRef }, "pending", "pending"],
    [{ status: "pending" }, "pending", "pending"],
    [{ status: "charged", providerRef, amountKurus: AMOUNT }, "charged", "charged"],
  ];
  for (const [inquiry, before, after] of cases) {
    assertEquals(await inquireAfter(14, inquiry), before);
    assertEquals(await inquireAfter(15, inquiry), after);
  }
});
