import { type Context, Hono } from "hono";
import { METHOD_NAME_ALL } from "hono/router";
import { Admission } from "./http/admission.ts";
import { createAccountStatusRoutes } from "./account_status.ts";
import { createAdjustmentRoutes } from "./adjustments.ts";
import { createAuditRoutes } from "./audit.ts";
import { createBalanceRoutes } from "./balance.ts";
import { createCardRefundRoutes } from "./card_refunds.ts";
import { mountCardGatewayRoutes } from "./card_gateway_routes.ts";
import { createCardRoutes } from "./cards.ts";
import { createCors } from "./http/cors.ts";
import { createErasingRoutes } from "./erasing.ts";
import { createDayEndRoutes } from "./day_ends.ts";
import type { Dependencies } from "./http/dependencies.ts";
import type { AnyReply, Endpoint } from "./http/endpoint.ts";
import { createEventRoutes } from "./events.ts";
import { createFleetEntryRoutes } from "./fleet_entries.ts";
import { createFleetUserRoutes } from "./fleet_users.ts";
import { createHealthRoutes } from "./health.ts";
import { createHoldRoutes } from "./holds.ts";
import { createHomeRoutes } from "./home.ts";
import { createJournalRoutes } from "./journal.ts";
import { refuseUnknownParameter } from "./http/known_parameters.ts";
import { mountPageRoutes } from "./page_routes.ts";
import { createNamedKeyRoutes } from "./named_keys.ts";
import { createPeopleRoutes } from "./people.ts";
import { createPaymentRoutes } from "./payments.ts";
import { problem } from "./contract/problems.ts";
import { createRefundRoutes } from "./refunds.ts";
import { readQueryPairs } from "./http/query.ts";
import { render } from "./http/render.ts";
import { findTargetProblem, toRoutePath } from "./http/request_target.ts";
import { readFacts, serve } from "./http/serve.ts";
import { createSignInRoutes } from "./sign_in.ts";
import { createTopUpRoutes } from "./top_ups.ts";
import { createUserDataRoutes } from "./user_data.ts";
import { createUserRoutes } from "./users.ts";

/** Every endpoint of Kese, in the order in which the documentation lists them. */
export function createEndpoints(dependencies: Dependencies): readonly Endpoint[] {
  return [
    ...createUserRoutes(dependencies),
    ...createPeopleRoutes(dependencies),
    ...createUserDataRoutes(dependencies),
    ...createErasingRoutes(dependencies),
    ...createSignInRoutes(dependencies),
    ...createCardRoutes(dependencies),
    ...createPaymentRoutes(dependencies),
    ...createRefundRoutes(dependencies),
    ...createHoldRoutes(dependencies),
    ...createTopUpRoutes(dependencies),
    ...createCardRefundRoutes(dependencies),
    ...createBalanceRoutes(dependencies),
    ...createAdjustmentRoutes(dependencies),
    ...createAccountStatusRoutes(dependencies),
    ...createJournalRoutes(dependencies),
    ...createHomeRoutes(dependencies),
    ...createFleetUserRoutes(dependencies),
    ...createEventRoutes(dependencies),
    ...createFleetEntryRoutes(dependencies),
    ...createNamedKeyRoutes(dependencies),
    ...createAuditRoutes(dependencies),
    ...createDayEndRoutes(dependencies),
    ...createHealthRoutes(dependencies),
  ];
}

/** The HTTP API over the ports that it is given. */
export function createApp(dependencies: Dependencies): Hono {
  const app = new Hono({ getPath: toRoutePath });
  const answer = createAnswer(dependencies);
  const serving = { ...dependencies, admission: new Admission(dependencies) };
  const cors = createCors(dependencies);
  if (cors) app.use(cors);
  mountPageRoutes(app, dependencies);
  const endpoints = createEndpoints(dependencies);
  for (const endpoint of endpoints) {
    const { method, path } = endpoint.definition;
    app.on(
      method.toUpperCase(),
      path.replaceAll(/\{(\w+)\}/g, ":$1"),
      serve(endpoint, serving),
    );
  }
  mountCardGatewayRoutes(app, serving);
  // Loaded when it is asked for: no other request needs the generator.
  app.get("/openapi.json", async (context) => {
    for (const [name] of readQueryPairs(context.req.url)) {
      return answer(context, refuseUnknownParameter(name, new Set()));
    }
    const { sendDocument } = await import("./openapi/send_document.ts");
    return await sendDocument(endpoints, readFacts(context, dependencies));
  });
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
}

function createAnswer(dependencies: Dependencies): (context: Context, reply: AnyReply) => Response {
  const { texts } = dependencies;
  return (context, reply) => {
    return render(reply, { facts: readFacts(context, dependencies), texts }).response;
  };
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
