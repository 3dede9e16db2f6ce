import type { Hono } from "hono";
import { createAuditRoutes } from "./audit.ts";
import { createDayEndRoutes } from "./day_ends.ts";
import { createEventRoutes } from "./events.ts";
import { createFleetEntryRoutes } from "./fleet_entries.ts";
import { createFleetUserRoutes } from "./fleet_users.ts";
import { mountEndpoints } from "./http/router.ts";
import type { Serving } from "./http/serve.ts";
import { createNamedKeyRoutes } from "./named_keys.ts";

/** What a fleet asks for about all of its users. */
export function mountRoutes(app: Hono, serving: Serving): void {
  const endpoints = [
    ...createFleetUserRoutes(serving),
    ...createEventRoutes(serving),
    ...createFleetEntryRoutes(serving),
    ...createNamedKeyRoutes(serving),
    ...createAuditRoutes(serving),
    ...createDayEndRoutes(serving),
  ];
  mountEndpoints(app, endpoints, serving);
}
