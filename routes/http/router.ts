import { type Context, Hono } from "hono";
import { METHOD_NAME_ALL } from "hono/router";
import { problem } from "../contract/problems.ts";
import type { Dependencies } from "./dependencies.ts";
import type { AnyReply, Endpoint } from "./endpoint.ts";
import { render } from "./render.ts";
import { findTargetProblem, toRoutePath } from "./request_target.ts";
import { readFacts, serve, type Serving } from "./serve.ts";

/** Creates an app without routes: it says what it does not know, and what failed. */
export function createRouter(dependencies: Dependencies): Hono {
  const app = new Hono({ getPath: toRoutePath });
  app.notFound((context) => {
    const { path } = context.req;
    return answer(context, findTargetProblem(path) ?? refuseRoute(app, path));
  });
  // Endpoints answer their own faults; this is for what fails around them.
  app.onError((error, context) => {
    dependencies.log.error("request_failed", { error });
    return answer(context, problem("internal"));
  });
  return app;

  function answer(context: Context, reply: AnyReply): Response {
    const facts = readFacts(context, dependencies);
    return render(reply, { facts, texts: dependencies.texts }).response;
  }
}

/** Has an app answer at the paths of these endpoints. */
export function mountEndpoints(
  app: Hono,
  endpoints: readonly Endpoint[],
  serving: Serving,
): void {
  for (const endpoint of endpoints) {
    const { method, path } = endpoint.definition;
    app.on(
      method.toUpperCase(),
      path.replaceAll(/\{(\w+)\}/g, ":$1"),
      serve(endpoint, serving),
    );
  }
}

/** A module that mounts routes. */
interface RouteModule {
  readonly mountRoutes: (app: Hono, serving: Serving) => void;
}

/** Routes that are loaded when one of their paths is first asked for. */
export interface LaterRoutes {
  /** As Hono writes them. No other routes have a path among these. */
  readonly paths: readonly string[];
  readonly load: () => Promise<RouteModule>;
}

/**
 * Has an app answer at these paths with routes that it need not have yet. They are on a router of their
 * own, which answers whatever is asked below the paths; none can be added to one that has answered.
 */
export function mountLater(app: Hono, { paths, load }: LaterRoutes, serving: Serving): void {
  let loading: Promise<Hono> | undefined;

  async function open(): Promise<Hono> {
    const { mountRoutes } = await load();
    const router = createRouter(serving);
    mountRoutes(router, serving);
    return router;
  }

  /** What cannot be loaded now, because too many files are open, is loaded for the next request. */
  function forget(error: unknown): never {
    loading = undefined;
    throw error;
  }

  for (const path of paths) {
    app.all(path, async (context) => {
      loading ??= open().catch(forget);
      const router = await loading;
      return router.fetch(context.req.raw, context.env);
    });
  }
}

const METHODS = ["GET", "POST", "PUT", "DELETE"];

/** 405 with what is allowed when the path exists under another method (RFC 9110, section 15.5.6). */
function refuseRoute(app: Hono, path: string): AnyReply {
  const allowed = METHODS.filter((method) =>
    // What goes through every path, as CORS does, makes none exist.
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== METHOD_NAME_ALL)
  );
  if (allowed.length === 0) return problem("not_found");
  return { ...problem("method_not_allowed"), headers: { allow: allowed.join(", ") } };
}
