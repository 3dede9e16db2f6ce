import { isIP } from "node:net";
import { kindOfAddress } from "./addresses.ts";

export type Mode = "development" | "production";

/** Why nothing is sent to an address, as far as the address itself says it; undefined if it may be. */
export function refuseTarget(text: string, mode: Mode): string | undefined {
  const url = URL.parse(text);
  if (url === null) return "must be a URL";
  if (url.username !== "" || url.password !== "") return "must not hold a user or a password";
  const host = hostOf(url);
  const isLocal = host === "localhost" || kindOfAddress(host) === "loopback";
  if (isLocal && mode === "development") return undefined;
  if (url.protocol !== "https:") return "must be https";
  if (isLocal) return "must not be on this machine";
  if (isIP(host) !== 0 && kindOfAddress(host) !== "public") return "must be a public address";
  return undefined;
}

/** The host of an address, an IPv6 one without its brackets. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}
