import { openCraftgateFake } from "../../../support/gateways/craftgate_fake.ts";
import { testGatewayContract } from "../gateway_contract.ts";
import { AMOUNT } from "../scenarios/stage.ts";
import { testEveryMixture } from "../gateway_mixtures.ts";

await testGatewayContract("Craftgate", openCraftgateFake, {
  // The second request has the first one's key, so that it gets the first one's answer.
  "charged twice under one reference": {
    endings: ["charged", "charged", "charged"],
    charges: 1,
    leftKurus: AMOUNT,
  },
});

// Whatever Craftgate does with keys, because it documents neither how long it remembers them nor what
// it does while the first request is at the bank.
await testGatewayContract(
  "Craftgate that forgets keys",
  () => openCraftgateFake({ honoursKeys: false }),
);
await testEveryMixture("Craftgate", openCraftgateFake);
await testEveryMixture(
  "Craftgate that forgets keys",
  () => openCraftgateFake({ honoursKeys: false }),
);
