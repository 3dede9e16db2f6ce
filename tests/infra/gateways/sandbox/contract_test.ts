import { openSandboxFake } from "../../../support/gateways/sandbox_fake.ts";
import { testGatewayContract } from "../gateway_contract.ts";

await testGatewayContract("sandbox", openSandboxFake, {
  // The sandbox shows its page again, as long as it waits for the user.
  "3-D Secure, the user never returns": { endings: ["requires_action", "requires_action"] },
});
