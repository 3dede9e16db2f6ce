import { assertEquals } from "@std/assert";
import { decideClosing } from "../../domain/account_status.ts";
import { decideHoldCapture } from "../../domain/hold.ts";
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
  // By a clock that is behind, too, such a hold pays nothing.
  const capture = { ...COMMAND, holdId: "hold_1" };
  assertEquals(decideHoldCapture(closed, capture), rejected({ code: "account_closed" }));
});
