import { assert, assertGreaterOrEqual } from "@std/assert";
import { openSqliteStore } from "../infra/sqlite/store.ts";
import { lend } from "./support/crash_sweep_tests.ts";
import { openCraftgateFake } from "./support/gateways/craftgate_fake.ts";
import {
  type GatewaySweep,
  gatewaySweepTable,
  MONEY_WAYS,
  type OpenWireFake,
  sweepGatewayCrashes,
} from "./support/gateways/crash_sweep.ts";
import { openIyzicoFake } from "./support/gateways/iyzico_fake.ts";
import { openStripeFake } from "./support/gateways/stripe_fake.ts";

const GATEWAYS: readonly (readonly [name: string, open: OpenWireFake])[] = [
  ["iyzico", openIyzicoFake],
  // The harder one: it remembers no key.
  ["Craftgate", (options) => openCraftgateFake({ ...options, honoursKeys: false })],
  ["Stripe", openStripeFake],
];

for (const [gateway, open] of GATEWAYS) {
  const sweeps: GatewaySweep[] = [];
  for (const way of MONEY_WAYS) {
    Deno.test(`${gateway}: ${way.name}, broken off at any call, moves money once`, () =>
      lend(openSqliteStore(":memory:"), async (store) => {
        const sweep = await sweepGatewayCrashes(way, open, store);
        assertGreaterOrEqual(sweep.requests, 1);
        assertGreaterOrEqual(sweep.crashPoints, way.wants3ds ? 200 : 50);
        // What never arrived at a gateway is not asked for again everywhere.
        if (way.lost?.[1] !== "lost_before") assert(sweep.answers.has("201"), "no money moved");
        sweeps.push(sweep);
      }));
  }
  Deno.test.afterAll(() => {
    if (sweeps.length > 0) console.log(gatewaySweepTable(`Crash sweep on ${gateway}`, sweeps));
  });
}
