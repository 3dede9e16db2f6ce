import { openIyzicoFake } from "../../../support/gateways/iyzico_fake.ts";
import { testGatewayContract } from "../gateway_contract.ts";

await testGatewayContract("iyzico", openIyzicoFake);
