import type { Context, Hono } from "hono";
import { problem } from "./contract/problems.ts";
import { createHomeRoutes } from "./home.ts";
import type { RequestFacts } from "./http/endpoint.ts";
import { observeRoute } from "./http/observed_route.ts";
import { render } from "./http/render.ts";
import { mountEndpoints } from "./http/router.ts";
import { readFacts, type Serving } from "./http/serve.ts";
import { showDesk } from "./pages/desk_page.ts";
import { sendFile } from "./pages/files.ts";
import { showHome } from "./pages/home_page.ts";
import { showReference } from "./pages/reference_page.ts";

/** What a browser shows: the home page, the API reference, the fleet's desk, and the files that these load. */
export function mountRoutes(app: Hono, serving: Serving): void {
  const { observer, settings, texts } = serving;

  function readPage(context: Context): RequestFacts {
    observeRoute(context, observer);
    return readFacts(context, serving);
  }

  app.get("/", async (context, next) => {
    // Browsers name it; a program that takes anything gets JSON, from the endpoint of this path.
    if (!context.req.header("accept")?.includes("text/html")) return await next();
    return showHome(readPage(context), settings);
  });
  mountEndpoints(app, createHomeRoutes(serving), serving);
  app.get("/docs", (context) => showReference(readPage(context), settings));
  app.get("/masa", (context) => showDesk(readPage(context), settings));
  app.get("/static/:file{.+}", async (context) => {
    const facts = readPage(context);
    const sent = await sendFile(context.req.param("file"), facts);
    return sent ?? render(problem("not_found"), { facts, texts }).response;
  });
}
