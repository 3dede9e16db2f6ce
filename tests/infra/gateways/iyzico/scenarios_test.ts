import { openIyzicoFake } from "../../../support/gateways/iyzico_fake.ts";
import { testGatewayContract } from "../gateway_contract.ts";
import { testEveryMixture } from "../gateway_mixtures.ts";

await testGatewayContract("iyzico", openIyzicoFake);
await testEveryMixture("iyzico", openIyzicoFake);
