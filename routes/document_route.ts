import type { Hono } from "hono";
import { createEndpoints } from "./endpoints.ts";
import { refuseUnknownParameter } from "./http/known_parameters.ts";
import { observeRoute } from "./http/observed_route.ts";
import { readQueryPairs } from "./http/query.ts";
import { render } from "./http/render.ts";
import { readFacts, type Serving } from "./http/serve.ts";
import { sendDocument } from "./openapi/send_document.ts";

/** The OpenAPI document of every endpoint. */
export function mountRoutes(app: Hono, serving: Serving): void {
  const endpoints = createEndpoints(serving);
  app.get("/openapi.json", async (context) => {
    observeRoute(context, serving.observer);
    const facts = readFacts(context, serving);
    for (const [name] of readQueryPairs(context.req.url)) {
      const { texts } = serving;
      return render(refuseUnknownParameter(name, new Set()), { facts, texts }).response;
    }
    return await sendDocument(endpoints, facts);
  });
}
