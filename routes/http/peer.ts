import { isIPv4, isIPv6 } from "node:net";
import type { Context } from "hono";
import type { Settings } from "./dependencies.ts";

/** What Deno.serve tells about a connection; `app.request` in a test tells nothing. */
interface ConnectionInfo {
  readonly remoteAddr?: { readonly hostname?: string };
}

/** Longer than any address with its port; an IPv6 zone may be longer, but no other machine sees zones. */
const ADDRESS_MAX_LENGTH = 64;
const WITH_PORT = /^(?:(?<v4>\d+(?:\.\d+){3})(?::\d+)?|\[(?<v6>[^\]]*)\](?::\d+)?)$/;
const GROUPS = 8;
const GROUPS_OF_A_NETWORK = 4;

/**
 * Finds the address that sent a request, as {@linkcode groupAddress} counts it. A forwarded address
 * counts only behind a proxy of ours, and only the last one: that is the one our proxy saw, the
 * others are the client's own words. When the last one is no address, the connection's own counts.
 */
export function findPeerAddress(
  context: Context,
  { trustProxy }: Pick<Settings, "trustProxy">,
): string {
  const forwarded = trustProxy
    ? context.req.header("x-forwarded-for")?.split(",").at(-1)?.trim()
    : undefined;
  const own = (context.env as ConnectionInfo | undefined)?.remoteAddr?.hostname;
  return groupAddress(forwarded) ?? groupAddress(own) ?? "unknown";
}

/**
 * Reduces an address to what is counted, however it is written: an IPv4 address, or the /64 of an
 * IPv6 address, because one customer has all of it. Port and zone are left out; an IPv4 address
 * inside an IPv6 address is the same IPv4 address. Undefined if it is not an address.
 */
export function groupAddress(text: string | undefined): string | undefined {
  if (text === undefined || text.length > ADDRESS_MAX_LENGTH) return undefined;
  const { v4, v6 } = WITH_PORT.exec(text)?.groups ?? {};
  const [address = ""] = (v4 ?? v6 ?? text).split("%");
  if (isIPv4(address)) return address;
  return isIPv6(address) ? groupIPv6(address) : undefined;
}

function groupIPv6(address: string): string {
  // A URL's host is canonical: lower case, no leading zeros, IPv4 written as two groups.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [front = [], back = []] = canonical.split("::").map((part) => part.split(":"));
  const between = Array(GROUPS - front.length - back.length).fill("0");
  const groups = [...front, ...between, ...back].map((group) => group || "0");
  const [high = 0, low = 0] = groups.slice(-2).map((group) => parseInt(group, 16));
  const isMapped = groups.slice(0, -2).join(":") === "0:0:0:0:0:ffff";
  if (isMapped) return [high >> 8, high & 255, low >> 8, low & 255].join(".");
  return `${groups.slice(0, GROUPS_OF_A_NETWORK).join(":")}::/64`;
}
