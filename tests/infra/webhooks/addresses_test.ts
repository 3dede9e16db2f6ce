import { assertEquals } from "@std/assert";
import { kindOfAddress } from "../../../infra/webhooks/addresses.ts";

const KINDS = {
  public: [
    ...["8.8.8.8", "9.255.255.255", "11.0.0.1", "172.32.0.1", "198.20.0.1", "223.255.255.255"],
    ...["2606:4700::1111", "2001:200::1", "2003::1", "3ffe::1", "::ffff:8.8.8.8", "::ffff:808:808"],
  ],
  loopback: ["127.0.0.1", "127.8.8.8", "::1", "::ffff:127.0.0.1"],
  refused: [
    ...["10.0.0.1", "172.16.0.1", "192.168.1.1", "100.64.0.1", "169.254.169.254", "0.0.0.0"],
    ...["192.0.0.1", "192.0.2.1", "192.31.196.1", "192.52.193.1", "192.88.99.1", "192.175.48.1"],
    ...["198.18.0.1", "198.19.0.1", "198.51.100.1", "203.0.113.1"],
    ...["224.0.0.1", "239.0.0.1", "240.0.0.1", "255.255.255.255"],
    ...["::", "fe80::1", "fc00::1", "fd00::1", "fec0::1", "ff02::1", "::7f00:1", "2001:db8::1"],
    ...["::ffff:10.0.0.1", "64:ff9b::a00:1", "2002:a00:1::", "2001::1", "2001:1ff::1"],
    ...["2620:4f:8000::1", "3fff::1", "4000::1", "fe80::1%1", "2606:4700::1%1"],
    // Addresses as nobody writes them, and what is none.
    ...["127.1", "0x7f.0.0.1", "2130706433", "::127.0.0.1", "localhost", ""],
  ],
} as const;

for (const [kind, addresses] of Object.entries(KINDS)) {
  Deno.test(`kindOfAddress() says of which addresses they are ${kind}`, () => {
    for (const address of addresses) assertEquals(kindOfAddress(address), kind, address);
  });
}
