import type { MiddlewareHandler } from "hono";
import { readFacts } from "./serve.ts";
import type { Dependencies, Settings } from "./dependencies.ts";

/** What a page at another origin may send, in addition to what every page may. */
const SENT = [
  "Authorization",
  "Content-Type",
  "Filo",
  "Idempotency-Key",
  "If-None-Match",
  "userNo",
  "X-Request-Id",
].join(", ");
/** What it may read, in addition to what every page may. */
const EXPOSED = [
  "X-Request-Id",
  "Idempotent-Replayed",
  "Retry-After",
  "RateLimit",
  "RateLimit-Policy",
  "ETag",
].join(", ");
const METHODS = "GET, HEAD, POST, PUT, DELETE";
/** How long a browser may go by an answer that allowed it. */
const ALLOWED_SECONDS = 600;

/** A page on this machine, whatever port its own server has. */
const LOOPBACK = /^https?:\/\/(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/;

/**
 * Lets pages of the listed origins, and in development those of this machine, call Kese from a browser.
 * Other origins get no such header, so their browsers refuse. Undefined where no origin is allowed, because
 * a middleware costs every request some of its time. Cookies are not allowed: Kese has none.
 */
export function createCors(dependencies: Dependencies): MiddlewareHandler | undefined {
  const { settings } = dependencies;
  const { mode, corsOrigins } = settings;
  if (mode !== "development" && corsOrigins.length === 0) return undefined;
  return async (context, next) => {
    const { method, headers } = context.req.raw;
    const origin = headers.get("origin");
    const isAllowed = origin !== null && mayCall(origin, settings);
    const isPreflight = method === "OPTIONS" && headers.has("access-control-request-method");
    if (isAllowed && isPreflight) {
      const { requestId } = readFacts(context, dependencies);
      return new Response(null, { status: 204, headers: allow(origin, requestId) });
    }
    await next();
    // A cache must not give one origin what another was answered.
    context.res.headers.append("vary", "Origin");
    if (isAllowed) {
      context.res.headers.set("access-control-allow-origin", origin);
      context.res.headers.set("access-control-expose-headers", EXPOSED);
    }
    return undefined;
  };
}

function mayCall(origin: string, { mode, corsOrigins }: Settings): boolean {
  return corsOrigins.includes(origin) || (mode === "development" && LOOPBACK.test(origin));
}

function allow(origin: string, requestId: string): Record<string, string> {
  return {
    "access-control-allow-origin": origin,
    "access-control-allow-methods": METHODS,
    "access-control-allow-headers": SENT,
    "access-control-max-age": String(ALLOWED_SECONDS),
    "vary": "Origin",
    "x-request-id": requestId,
  };
}
