import { assertEquals } from "@std/assert";
import { decideClosing } from "../../domain/account_status.ts";
import { decideHoldCapture, decideHoldRelease } from "../../domain/hold.ts";
import { kurus } from "../../domain/money.ts";
import { rejected } from "../../domain/decision.ts";
import { accept, COMMAND, testAccount, testOpenHold } from "../support/account.ts";
import { HOUR } from "../support/clock.ts";

const RIDE = { orderId: "ride-1", description: "Moda" };

Deno.test("decideClosing() keeps an expired hold for the sweep, and nothing of what it was for", () => {
  const openHolds = [testOpenHold("hold_1", RIDE)];
  const account = testAccount({ balanceKurus: kurus(0), openHolds });
  const expired = { ...COMMAND, at: COMMAND.at + HOUR };
  assertEquals(decideClosing(account, COMMAND).outcome, "rejected");
  const closed = accept(decideClosing(account, expired)).account;
  assertEquals([closed.status, closed.openHolds], ["closed", [testOpenHold("hold_1")]]);
  // A clock that is behind still finds it open.
  for (const decide of [decideHoldCapture, decideHoldRelease]) {
    const refused = decide(closed, { ...COMMAND, holdId: "hold_1" });
    assertEquals<unknown>(refused, rejected({ code: "account_closed" }));
  }
});
