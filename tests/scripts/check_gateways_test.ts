import { assertEquals } from "@std/assert";
import { checkGateways } from "../../scripts/check_gateways.ts";
import { openTestKese } from "../support/kese.ts";
import { createScriptedGateway } from "../support/scripted_gateway.ts";

Deno.test("checkGateways() asks the gateway of each fleet, and goes on past one that does not answer", async () => {
  await using kese = await openTestKese();
  const silent = {
    ...createScriptedGateway(),
    check: () => Promise.reject(new Error("iyzico did not answer")),
  };
  const findings = await checkGateways(
    ["baska", "hergele"],
    (fleet) => fleet === "baska" ? silent : kese.gateways.of(fleet),
  );
  assertEquals(findings.map(({ fleet, works, says }) => [fleet, works, says]), [
    ["baska", false, "iyzico did not answer"],
    ["hergele", true, "The sandbox moves no money."],
  ]);
});
