import { assertEquals } from "@std/assert";
import { Hono } from "hono";
import { peerAddress } from "../../routes/peer.ts";

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
  ["leaves the port of IPv4 out", "198.51.100.7:40112", true, "198.51.100.7"],
  ["leaves the port of IPv6 out", "[2001:db8::7]:40112", true, "2001:db8::7"],
  ["leaves IPv6 as it is", "2001:db8::7", true, "2001:db8::7"],
  ["takes the socket's address when nothing is forwarded", "", true, "192.0.2.1"],
];

for (const [rule, forwarded, trustProxy, expected] of cases) {
  Deno.test(`peerAddress() ${rule}`, async () => {
    const app = new Hono().get(
      "/",
      (context) => context.text(peerAddress(context, { trustProxy })),
    );
    const headers = forwarded === null ? {} : { "x-forwarded-for": forwarded };
    const response = await app.request("/", { headers }, SOCKET);
    assertEquals(await response.text(), expected);
  });
}
