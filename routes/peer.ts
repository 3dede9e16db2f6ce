import type { Context } from "hono";
import type { Settings } from "./dependencies.ts";

/** What Deno.serve tells of a connection; `app.request` in a test tells nothing. */
interface ConnectionInfo {
  readonly remoteAddr?: { readonly hostname?: string };
}

const WITH_PORT = /^(?:(?<v4>\d+(?:\.\d+){3})|\[(?<v6>[0-9a-f:.]+)\]):\d+$/i;

/**
 * The address that sent a request. A forwarded address counts only behind a proxy of ours, and only
 * the last one: that is the one our proxy saw, the others are the client's own words.
 */
export function peerAddress(
  context: Context,
  { trustProxy }: Pick<Settings, "trustProxy">,
): string {
  const forwarded = trustProxy
    ? context.req.header("x-forwarded-for")?.split(",").at(-1)?.trim()
    : undefined;
  // Some proxies add the port, which changes with each connection.
  if (forwarded) return forwarded.replace(WITH_PORT, "$<v4>$<v6>");
  return (context.env as ConnectionInfo | undefined)?.remoteAddr?.hostname ?? "unknown";
}
