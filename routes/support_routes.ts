import type { Hono } from "hono";
import { createAccountStatusRoutes } from "./account_status.ts";
import { createAdjustmentRoutes } from "./adjustments.ts";
import { createCardRefundRoutes } from "./card_refunds.ts";
import { createErasingRoutes } from "./erasing.ts";
import { mountEndpoints } from "./http/router.ts";
import type { Serving } from "./http/serve.ts";
import { createPeopleRoutes } from "./people.ts";
import { createUserDataRoutes } from "./user_data.ts";

/** What is done for one user now and then, mostly by the fleet's support. */
export function mountRoutes(app: Hono, serving: Serving): void {
  const endpoints = [
    ...createPeopleRoutes(serving),
    ...createUserDataRoutes(serving),
    ...createErasingRoutes(serving),
    ...createCardRefundRoutes(serving),
    ...createAdjustmentRoutes(serving),
    ...createAccountStatusRoutes(serving),
  ];
  mountEndpoints(app, endpoints, serving);
}
