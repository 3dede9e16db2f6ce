import ipaddr from "ipaddr.js";

/** The part of IPv6 that is given out; what is outside it is private, local or no longer used. */
const GIVEN_OUT = ipaddr.IPv6.parseCIDR("2000::/3");

/** What an address is: one of the Internet, this machine, or anything that a receiver must not be. */
export type AddressKind = "public" | "loopback" | "refused";

/** An IPv4 address within an IPv6 one counts as what it is. */
export function kindOfAddress(text: string): AddressKind {
  if (!ipaddr.isValid(text)) return "refused";
  const address = ipaddr.process(text);
  const range = address.range();
  if (range === "loopback") return "loopback";
  const isGivenOut = !(address instanceof ipaddr.IPv6) || address.match(GIVEN_OUT);
  return range === "unicast" && isGivenOut ? "public" : "refused";
}
