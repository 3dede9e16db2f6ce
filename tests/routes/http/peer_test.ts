import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Hono } from "hono";
import { findPeerAddress, groupAddress } from "../../../routes/http/peer.ts";

const SOCKET = { remoteAddr: { hostname: "192.0.2.1" } };

const cases: readonly [string, string | null, boolean, string][] = [
  ["takes the socket's address", null, false, "192.0.2.1"],
  ["believes no forwarded address without a proxy", "198.51.100.7", false, "192.0.2.1"],
  ["takes the forwarded address of a proxy", "198.51.100.7", true, "198.51.100.7"],
  [
    "takes the last of several, which the proxy saw",
    "10.0.0.1, 198.51.100.7",
    true,
    "198.51.100.7",
  ],
  ["takes the socket's address when nothing is forwarded", "", true, "192.0.2.1"],
  ["takes the socket's address for what is no address", "_hidden", true, "192.0.2.1"],
  ["takes the socket's address for a long text", "1".repeat(60_000), true, "192.0.2.1"],
  ["takes no earlier address when the last is none", "10.0.0.1, unknown", true, "192.0.2.1"],
];

for (const [rule, forwarded, trustProxy, expected] of cases) {
  Deno.test(`findPeerAddress() ${rule}`, async () => {
    const app = new Hono().get(
      "/",
      (context) => context.text(findPeerAddress(context, { trustProxy })),
    );
    const headers = forwarded === null ? {} : { "x-forwarded-for": forwarded };
    const response = await app.request("/", { headers }, SOCKET);
    assertEquals(await response.text(), expected);
  });
}

const SPELLINGS: Readonly<Record<string, readonly string[]>> = {
  "198.51.100.7": [
    "198.51.100.7",
    "198.51.100.7:40112",
    "::ffff:198.51.100.7",
    "::FFFF:c633:6407",
    "0:0:0:0:0:ffff:c633:6407",
    "[::ffff:198.51.100.7]:40112",
  ],
  "2001:db8:0:1::/64": [
    "2001:db8:0:1::7",
    "2001:0DB8:0000:0001:ffff:ffff:ffff:ffff",
    "2001:db8:0:1:0:0:198.51.100.7",
    "[2001:db8:0:1::7]",
    "[2001:db8:0:1::7]:40112",
    "2001:db8:0:1::7%eth0",
  ],
  "2001:db8:0:2::/64": ["2001:db8:0:2::"],
  "0:0:0:0::/64": ["::1", "::"],
  "fe80:0:0:0::/64": ["fe80::1%25", "[fe80::2%eth1]:1"],
};

for (const [group, spellings] of Object.entries(SPELLINGS)) {
  Deno.test(`groupAddress() is ${group} however it is written`, () => {
    assertEquals(spellings.map(groupAddress), spellings.map(() => group));
  });
}

Deno.test("groupAddress() takes nothing else for an address", () => {
  const others = [
    "",
    "unknown",
    "1.2.3",
    "1.2.3.4.5",
    "010.0.0.1",
    "256.0.0.1",
    "::1]",
    "1:2",
    "[1]",
  ];
  const odd = ["::ffff:1.2.3.4:80", "2001:db8::1::2", "example.com", "%eth0", "[::1", "[]:80"];
  assertEquals([...others, ...odd].filter((text) => groupAddress(text) !== undefined), []);
});

Deno.test("groupAddress() tells two IPv6 addresses apart by their /64 alone", () => {
  const address = fc.ipV6();
  fc.assert(fc.property(address, address, fc.boolean(), (first, second, upper) => {
    const network = (text: string) => new URL(`http://[${text}]`).hostname;
    const group = groupAddress(upper ? first.toUpperCase() : first);
    assertEquals(group, groupAddress(network(first)));
    if (network(first) === network(second)) assertEquals(group, groupAddress(second));
  }));
  const part = fc.integer({ min: 0, max: 0xffff }).map((number) => number.toString(16));
  const half = fc.tuple(part, part, part, part).map((parts) => parts.join(":"));
  fc.assert(fc.property(half, half, half, (network, host, otherHost) => {
    fc.pre(!network.startsWith("0:0:0:0"));
    assertEquals(groupAddress(`${network}:${host}`), `${network}::/64`);
    assertEquals(groupAddress(`${network}:${otherHost}`), `${network}::/64`);
  }));
});
