import { assertEquals } from "@std/assert";
import { kindOfAddress } from "../../../infra/webhooks/addresses.ts";

const KINDS = {
  public: ["8.8.8.8", "2606:4700::1111", "::ffff:8.8.8.8"],
  loopback: ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"],
  refused: [
    ...["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"],
    ...["192.0.2.1", "198.18.0.1", "224.0.0.1", "240.0.0.1", "255.255.255.255"],
    ...["::", "fe80::1", "fc00::1", "fd00::1", "fec0::1", "ff02::1", "::7f00:1", "2001:db8::1"],
    ...["::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001::1", "localhost", ""],
  ],
} as const;

for (const [kind, addresses] of Object.entries(KINDS)) {
  Deno.test(`kindOfAddress() says of which addresses they are ${kind}`, () => {
    for (const address of addresses) assertEquals(kindOfAddress(address), kind, address);
  });
}
