import { BlockList, isIP, isIPv4 } from "node:net";

/** What an address is: one of the Internet, this machine, or anything that a receiver must not be. */
export type AddressKind = "public" | "loopback" | "refused";

const RANGES = {
  loopback: ["127.0.0.0/8", "::1/128"],
  /** The IPv4 addresses within IPv6 ones. */
  mapped: ["::ffff:0:0/96"],
  /** The part of IPv6 that is given out; what is outside it is private, local or no longer used. */
  givenOut: ["2000::/3"],
  /** What IANA keeps for purposes of its own (RFC 6890 and its registries), or for many receivers at once. */
  special: [
    ...["0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "169.254.0.0/16", "172.16.0.0/12"],
    ...["192.0.0.0/24", "192.0.2.0/24", "192.31.196.0/24", "192.52.193.0/24", "192.88.99.0/24"],
    ...["192.168.0.0/16", "192.175.48.0/24", "198.18.0.0/15", "198.51.100.0/24"],
    ...["203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4"],
    ...["2001::/23", "2001:db8::/32", "2002::/16", "2620:4f:8000::/48", "3fff::/20"],
  ],
} as const;

/** By range. Made when the first address is looked at: most processes send nothing to anybody. */
const lists = new Map<keyof typeof RANGES, BlockList>();

/** An IPv4 address within an IPv6 one counts as what it is. */
export function kindOfAddress(text: string): AddressKind {
  if (isIP(text) === 0) return "refused";
  if (isIn("loopback", text)) return "loopback";
  const isGivenOut = isIPv4(text) || isIn("mapped", text) || isIn("givenOut", text);
  return isGivenOut && !isIn("special", text) ? "public" : "refused";
}

function isIn(range: keyof typeof RANGES, address: string): boolean {
  const list = lists.get(range) ?? listRange(range);
  lists.set(range, list);
  return list.check(address, familyOf(address));
}

function listRange(range: keyof typeof RANGES): BlockList {
  const list = new BlockList();
  for (const part of RANGES[range]) {
    const [network = "", length] = part.split("/");
    list.addSubnet(network, Number(length), familyOf(network));
  }
  return list;
}

function familyOf(address: string): "ipv4" | "ipv6" {
  return isIPv4(address) ? "ipv4" : "ipv6";
}
