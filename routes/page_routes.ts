import type { Hono } from "hono";
import { problem } from "./contract/problems.ts";
import type { Dependencies } from "./http/dependencies.ts";
import { render } from "./http/render.ts";
import { readFacts } from "./http/serve.ts";

/**
 * What a browser shows: the home page, the API reference, the fleet's desk, and the files that these
 * load. Each is read when it is asked for, because no other request needs any of it.
 */
export function mountPageRoutes(app: Hono, dependencies: Dependencies): void {
  const { settings, texts } = dependencies;

  app.get("/", async (context, next) => {
    // Browsers name it; a program that takes anything gets JSON, from the endpoint of this path.
    if (!context.req.header("accept")?.includes("text/html")) return await next();
    const { showHome } = await import("./pages/home_page.ts");
    return showHome(readFacts(context, dependencies), settings);
  });
  app.get("/docs", async (context) => {
    const { showReference } = await import("./pages/reference_page.ts");
    return showReference(readFacts(context, dependencies), settings);
  });
  app.get("/masa", async (context) => {
    const { showDesk } = await import("./pages/desk_page.ts");
    return showDesk(readFacts(context, dependencies), settings);
  });
  app.get("/static/:file{.+}", async (context) => {
    const facts = readFacts(context, dependencies);
    const { sendFile } = await import("./pages/files.ts");
    const sent = await sendFile(context.req.param("file"), facts);
    return sent ?? render(problem("not_found"), { facts, texts }).response;
  });
}
