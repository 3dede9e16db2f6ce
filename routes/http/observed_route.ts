import type { Context } from "hono";
import { routePath } from "hono/route";
import type { Observer } from "../../domain/ports/observer.ts";

/** Tells whoever measures Kese which route a request is for, where no endpoint tells it: `/static/{file}`. */
export function observeRoute(context: Context, observer: Observer | undefined): void {
  const route = routePath(context).replaceAll(/:(\w+)(\{[^}]*\})?/g, "{$1}");
  observer?.routed({ method: context.req.method, route });
}
