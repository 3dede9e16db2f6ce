/**
 * What the journal says after all that can happen to a top-up, and what the gateway's bank did, for
 * docs/gateways.md. Run as a program it writes the table there, and needs the tests' import map:
 * `deno run --allow-all tests/infra/gateways/journal_table.ts`.
 *
 * @module
 */

import { assertEquals } from "@std/assert";
import { formatAmount } from "../../../domain/money.ts";
import { type PlacedTable, writeTables } from "../../../scripts/placed_table.ts";
import { createPatientClock } from "../../support/clock.ts";
import { openCraftgateFake } from "../../support/gateways/craftgate_fake.ts";
import type { FakeOptions } from "../../support/gateways/fake.ts";
import { openIyzicoFake } from "../../support/gateways/iyzico_fake.ts";
import { openStripeFake } from "../../support/gateways/stripe_fake.ts";
import type { WireFake } from "../../support/gateways/wire.ts";
import { openTestKese } from "../../support/kese.ts";
import { type Became, Scene, type Situation, SITUATIONS } from "./journal_situations.ts";

const GATEWAYS: readonly (readonly [name: string, open: (options: FakeOptions) => WireFake])[] = [
  ["iyzico", openIyzicoFake],
  ["Craftgate", openCraftgateFake],
  ["Stripe", openStripeFake],
];

/** Lets everything happen with every gateway, and proves that no cell has money twice or out of nothing. */
export async function createJournalTable(): Promise<PlacedTable> {
  const rows: string[][] = [];
  for (const situation of SITUATIONS) {
    const row = [situation.name];
    for (const [name, open] of GATEWAYS) {
      const became = await show(situation, open);
      if (became !== undefined) assertRight(became, `${situation.name}, ${name}`);
      row.push(became === undefined ? "—" : describe(became));
    }
    rows.push(row);
  }
  const heading = ["what happens", ...GATEWAYS.map(([name]) => name)];
  return { file: "docs/gateways.md", name: "journal", table: [heading, ...rows] };
}

/** Undefined if it cannot happen with that gateway. */
async function show(
  { needs, play }: Situation,
  open: (options: FakeOptions) => WireFake,
): Promise<Became | undefined> {
  const clock = createPatientClock();
  await using fake = open({ clock });
  if (!needs.every(([call, step]) => fake.plays(call, step))) return undefined;
  await using kese = await openTestKese({ gateway: fake.gateway, clock });
  const scene = new Scene(fake, kese, clock);
  await scene.prepare();
  await play(scene);
  return await scene.end();
}

/** The user has what the bank has: at most one charge, without what went back. */
function assertRight({ types, balance, leftKurus }: Became, what: string): void {
  assertEquals(balance, formatAmount(leftKurus), what);
  const count = (type: string) => types.filter((one) => one === type).length;
  assertEquals(count("top_up_credited") + count("top_up_failed"), 1, what);
  const ended = count("card_refund_completed") + count("card_refund_failed");
  assertEquals(ended, count("card_refund_started"), what);
}

function describe({ types, charges, leftKurus }: Became): string {
  const said = types.map((type) => type.replace("top_up_", "").replace("card_refund_", "refund "));
  return `${said.join(", ")}: charged ${charges}×, ${formatAmount(leftKurus)} left`;
}

if (import.meta.main) await writeTables([await createJournalTable()]);
