import type { Hono } from "hono";
import { createBalanceRoutes } from "./balance.ts";
import { createCardRoutes } from "./cards.ts";
import { createHealthRoutes } from "./health.ts";
import { createHoldRoutes } from "./holds.ts";
import { Admission } from "./http/admission.ts";
import { createCors } from "./http/cors.ts";
import type { Dependencies } from "./http/dependencies.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { createRouter, type LaterRoutes, mountEndpoints, mountLater } from "./http/router.ts";
import { createJournalRoutes } from "./journal.ts";
import { createPaymentRoutes } from "./payments.ts";
import { createRefundRoutes } from "./refunds.ts";
import { createSignInRoutes } from "./sign_in.ts";
import { createTopUpRoutes } from "./top_ups.ts";
import { createUserRoutes } from "./users.ts";

/** What a rider's app asks for, day by day, and whoever watches the process: it is there from the start. */
function createDailyEndpoints(dependencies: Dependencies): readonly Endpoint[] {
  return [
    ...createUserRoutes(dependencies),
    ...createSignInRoutes(dependencies),
    ...createCardRoutes(dependencies),
    ...createPaymentRoutes(dependencies),
    ...createRefundRoutes(dependencies),
    ...createHoldRoutes(dependencies),
    ...createTopUpRoutes(dependencies),
    ...createBalanceRoutes(dependencies),
    ...createJournalRoutes(dependencies),
    ...createHealthRoutes(dependencies),
  ];
}

/** What no ride waits for, so that a process starts without it. A path is in one of these or daily. */
export const LATER: readonly LaterRoutes[] = [
  { paths: ["/", "/docs", "/masa", "/static/*"], load: () => import("./page_routes.ts") },
  { paths: ["/openapi.json"], load: () => import("./document_route.ts") },
  {
    paths: ["/kullanici/*", "/oturumlar", "/hesap/*", "/bakiye-duzeltme", "/karta-iade/*"],
    load: () => import("./support_routes.ts"),
  },
  { paths: ["/filo/*"], load: () => import("./fleet_routes.ts") },
  {
    paths: ["/update_balance/:topUpId/3ds", "/update_balance/:topUpId/donus", "/webhook/*"],
    load: () => import("./card_gateway_routes.ts"),
  },
];

/** The HTTP API over the ports that it is given. */
export function createApp(dependencies: Dependencies): Hono {
  const app = createRouter(dependencies);
  const serving = { ...dependencies, admission: new Admission(dependencies) };
  const cors = createCors(dependencies);
  if (cors) app.use(cors);
  for (const routes of LATER) mountLater(app, routes, serving);
  mountEndpoints(app, createDailyEndpoints(dependencies), serving);
  return app;
}
