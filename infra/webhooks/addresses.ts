import { BlockList, isIP, isIPv4 } from "node:net";

/** What an address is: one of the Internet, this machine, or anything that a receiver must not be. */
export type AddressKind = "public" | "loopback" | "refused";

const LOOPBACK = listRanges(["127.0.0.0/8", "::1/128"]);

/** The part of IPv6 that is given out; what is outside it is private, local or no longer used. */
const GIVEN_OUT = listRanges(["2000::/3"]);

/** What IANA keeps for purposes of its own (RFC 6890 and its registries), or for many receivers at once. */
const SPECIAL = listRanges([
  ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12"],
  ...["192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"],
  ...["192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24"],
  ...["224.0.0.0/4", "240.0.0.0/4"],
  ...["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"],
]);

/** The range of IPv4 addresses within IPv6 ones. */
const MAPPED = listRanges(["::ffff:0:0/96"]);

/** An IPv4 address within an IPv6 one counts as what it is. */
export function kindOfAddress(text: string): AddressKind {
  if (isIP(text) === 0) return "refused";
  const family = isIPv4(text) ? "ipv4" : "ipv6";
  if (LOOPBACK.check(text, family)) return "loopback";
  const isIpv4 = family === "ipv4" || MAPPED.check(text, family);
  const isGivenOut = isIpv4 || GIVEN_OUT.check(text, family);
  return isGivenOut && !SPECIAL.check(text, family) ? "public" : "refused";
}

function listRanges(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    list.addSubnet(network, Number(prefix), isIPv4(network) ? "ipv4" : "ipv6");
  }
  return list;
}
