import { assert, assertEquals } from "@std/assert";
import type { MongoCommand } from "../../../infra/mongo/connection.ts";
import { readTable, toFileUrl } from "../../../scripts/placed_table.ts";
import { sendWell } from "../../support/answers.ts";
import { createPatientClock } from "../../support/clock.ts";
import { CONFIGURED, type Configured } from "../../support/gateways/configured.ts";
import type { FakeCall } from "../../support/gateways/fake.ts";
import { comeBack, toRequest } from "../../support/gateways/user.ts";
import type { WireFake } from "../../support/gateways/wire.ts";
import { createUser, openTestKese, type TestKese } from "../../support/kese.ts";
import { mongoUri, openFreshMongoStore } from "../../support/mongo_store.ts";

type Name = Configured["name"];

/** A way of money on a warm account, and what it may cost. */
interface Way {
  readonly name: string;
  /** Commands to MongoDB, whatever the gateway. */
  readonly commands: readonly string[];
  /** Requests to the gateway, in order. */
  readonly requests: Readonly<Record<Name, readonly FakeCall[]>>;
  /** Whether it is counted from the moment at which the user comes back. */
  readonly comesBack?: true;
  readonly wants3ds?: true;
  readonly line: (topUpId: string) => readonly [string, Readonly<Record<string, unknown>>];
}

const topUp: Way["line"] = () => ["POST /update_balance", { userNo: "1", balance: "50" }];
const giveBack = (amount: string): Way["line"] => (topUpId) => [
  "POST /karta-iade",
  { userNo: "1", topUpId, amount },
];

/** Starts a top-up and asks for the charge; the last two at one time. */
const CHARGE = ["find vault", "update auth", "update users", "find vault", "find users"];
const GIVE_BACK = ["find users", "find ledger", "update users"];
const GIVEN_BACK = ["find users", "find ledger", "update users", "find users"];

const WAYS: readonly Way[] = [
  {
    name: "top-up",
    line: topUp,
    // The last two at one time; the counter that comes to nothing is gone.
    commands: [...CHARGE, "update users", "find users", "delete auth"],
    requests: { iyzico: ["charge"], craftgate: ["charge"], stripe: ["charge"] },
  },
  {
    name: "top-up for which the bank wants to see the user",
    wants3ds: true,
    line: topUp,
    commands: [
      ...[...CHARGE, "update actions", "update users"],
      // How it ended, and that it has not.
      ...["find users", "find ledger", "find users"],
    ],
    requests: {
      iyzico: ["charge", "start_3ds"],
      craftgate: ["charge", "start_3ds"],
      stripe: ["charge", "start_3ds"],
    },
  },
  {
    name: "the user's way back from the bank",
    wants3ds: true,
    comesBack: true,
    line: topUp,
    commands: [
      ...["find actions", "find users", "find users", "find ledger", "find users"],
      // A head that follows from another id could be made twice, so it is read again.
      ...["find users", "update users"],
      ...["find users", "find vault", "delete auth"],
    ],
    // Stripe has charged by itself.
    requests: { iyzico: ["complete"], craftgate: ["complete"], stripe: ["inquire"] },
  },
  {
    name: "a part back to the card",
    line: giveBack("20"),
    commands: [...GIVE_BACK, ...GIVEN_BACK],
    requests: {
      iyzico: ["inquire", "give_back"],
      // The line of the payment, of which parts are given back.
      craftgate: ["inquire", "inquire", "give_back"],
      stripe: ["inquire", "give_back"],
    },
  },
  {
    name: "all of it back to the card",
    line: giveBack("50"),
    commands: [...GIVE_BACK, ...GIVEN_BACK],
    requests: {
      iyzico: ["inquire", "give_back"],
      craftgate: ["inquire", "give_back"],
      stripe: ["inquire", "give_back"],
    },
  },
];

/** Saves a card, tops up with it, and has cash added, so that all is warm; gives the top-up. */
async function prepare(kese: TestKese, fake: WireFake): Promise<string> {
  await createUser(kese, "1");
  await sendWell(kese, "POST /kart-saklama", { json: { userNo: "1", ...toRequest(fake.card()) } });
  const [line, json] = topUp("");
  const { body } = await sendWell(kese, line, { json });
  const cash = { userNo: "1", direction: "credit", amount: "1", reason: "cash" };
  await sendWell(kese, "POST /bakiye-duzeltme", { json: cash });
  return body.topUpId;
}

async function countCosts({ open }: Configured, way: Way) {
  let commands: string[] = [];
  const note = ({ name, collection }: MongoCommand) => {
    if (collection !== "audit") commands.push(`${name} ${collection}`);
  };
  const store = await openFreshMongoStore({ onCommand: note });
  const clock = createPatientClock();
  await using fake = open({ clock });
  await using kese = await openTestKese({ store, gateway: fake.gateway, clock });
  const [line, json] = way.line(await prepare(kese, fake));
  if (way.wants3ds) fake.play("charge", "wants_3ds");
  await store.settled();
  commands = [];
  let asked = fake.arrived.length;
  const { body } = await sendWell(kese, line, { json });
  if (way.comesBack) {
    const message = await fake.userReturns(body.topUpId, "passes");
    assert(message);
    await store.settled();
    commands = [];
    asked = fake.arrived.length;
    await (await comeBack(kese, body.topUpId, message)).body?.cancel();
  }
  return { commands: [...commands], requests: fake.arrived.slice(asked) };
}

for (const way of WAYS) {
  for (const gateway of CONFIGURED) {
    const { name } = gateway;
    Deno.test({
      name: `${name}: ${way.name} costs ${way.commands.length} commands to the store and ${
        way.requests[name].length
      } requests to the gateway`,
      ignore: mongoUri === undefined,
      fn: async () => {
        const { commands, requests } = await countCosts(gateway, way);
        assertEquals({ commands, requests }, {
          commands: way.commands,
          requests: way.requests[name],
        });
      },
    });
  }
}

Deno.test("docs/gateways.md says what each way of money costs", async () => {
  const rows = WAYS.map(({ name, commands, requests }) => [
    name,
    String(commands.length),
    ...CONFIGURED.map((gateway) => String(requests[gateway.name].length)),
  ]);
  const heading = ["way", "commands to the store", ...CONFIGURED.map(({ name }) => name)];
  const text = await Deno.readTextFile(toFileUrl("docs/gateways.md"));
  assertEquals(readTable(text, "costs"), [heading, ...rows]);
});
