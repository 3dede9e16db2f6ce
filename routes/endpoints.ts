import { createAccountStatusRoutes } from "./account_status.ts";
import { createAdjustmentRoutes } from "./adjustments.ts";
import { createAuditRoutes } from "./audit.ts";
import { createBalanceRoutes } from "./balance.ts";
import { createCardRefundRoutes } from "./card_refunds.ts";
import { createCardRoutes } from "./cards.ts";
import { createDayEndRoutes } from "./day_ends.ts";
import { createErasingRoutes } from "./erasing.ts";
import { createEventRoutes } from "./events.ts";
import { createFleetEntryRoutes } from "./fleet_entries.ts";
import { createFleetUserRoutes } from "./fleet_users.ts";
import { createHealthRoutes } from "./health.ts";
import { createHoldRoutes } from "./holds.ts";
import { createHomeRoutes } from "./home.ts";
import type { Dependencies } from "./http/dependencies.ts";
import type { Endpoint } from "./http/endpoint.ts";
import { createJournalRoutes } from "./journal.ts";
import { createNamedKeyRoutes } from "./named_keys.ts";
import { createPaymentRoutes } from "./payments.ts";
import { createPeopleRoutes } from "./people.ts";
import { createRefundRoutes } from "./refunds.ts";
import { createSignInRoutes } from "./sign_in.ts";
import { createTopUpRoutes } from "./top_ups.ts";
import { createUserDataRoutes } from "./user_data.ts";
import { createUserRoutes } from "./users.ts";

/**
 * Every endpoint of Kese, in the order in which the documentation lists them. They are served from where
 * they are loaded (app.ts), which is not at the start for most.
 */
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
