import type { Check } from "./check.ts";
import { START } from "./start.ts";
import { SIGNING_IN } from "./signing_in.ts";
import { CARDS } from "./cards.ts";
import { MONEY } from "./money.ts";
import { FLEET_DESK } from "./fleet_desk.ts";
import { LEAVING } from "./leaving.ts";

/** Run from top to bottom: each builds on those before it, and together they ask every route. */
export const CHECKS: readonly Check[] = [
  ...START,
  ...SIGNING_IN,
  ...CARDS,
  ...MONEY,
  ...FLEET_DESK,
  ...LEAVING,
];
