import { openStripeFake } from "../../../support/gateways/stripe_fake.ts";
import { testGatewayContract } from "../gateway_contract.ts";
import { AMOUNT } from "../scenarios/stage.ts";
import { testEveryMixture } from "../gateway_mixtures.ts";

const charged = { charges: 1, leftKurus: AMOUNT };

await testGatewayContract("Stripe", openStripeFake, {
  // Stripe shows the bank's page again, as long as it waits for the user.
  "3-D Secure, the user never returns": { endings: ["requires_action", "requires_action"] },
  ...Object.fromEntries(
    ["lost_after", "half_an_answer", "slow"].map((step) => [
      `3-D Secure begun, but the page: ${step}`,
      { endings: ["unknown", "requires_action"] },
    ]),
  ),
  // Stripe itself charges when the user has confirmed; nothing waits for Kese.
  "3-D Secure, the user returns and nobody completes": {
    endings: ["requires_action", "charged"],
    ...charged,
  },
  // What the browser brings is signed by nobody, and decides nothing.
  "3-D Secure, what the browser brings is unsigned": {
    endings: ["requires_action", "unsigned", "requires_action", "signed"],
    ...charged,
  },
});
await testEveryMixture("Stripe", openStripeFake);
