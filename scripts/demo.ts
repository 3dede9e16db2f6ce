/**
 * `deno task demo [URL]`: walks through a ride with a running Kese, by the client that everyone can use,
 * and prints each request and its answer: card, top-up, hold, capture, refund, the day's end.
 *
 * It creates a user (`demo-…`) and tops up their balance from a test card, so it is for instances with the
 * sandbox gateway. Fleet and key are those of `deno task smoke`.
 *
 * @module
 */

import { createKese, type Kese, KeseError, orThrow } from "../client/src/mod.ts";
import { readTarget } from "./smoke.ts";
import type { Target } from "./smoke/client.ts";

/** A test card of the sandbox gateway, which charges it. */
const CARD = "4242 4242 4242 4242";

type Say = (line: string) => void;

/** Walks through the ride. Throws at the first answer that is none of those it expects. */
export async function demo(target: Target, say: Say): Promise<void> {
  const { url, fleet: filo, fleetKey: key } = target;
  const kese = createKese({ url, filo, key, language: "en", fetch: createPrintingFetch(say) });
  const userNo = `demo-${crypto.randomUUID().slice(0, 8)}`;
  const found = { holdId: "", paymentId: "", paidAt: "" };
  for (const { title, run } of STEPS) {
    say(`\n# ${title}`);
    await run({ kese, userNo, found });
  }
}

interface Walk {
  readonly kese: Kese;
  readonly userNo: string;
  /** What a step leaves for later ones. */
  readonly found: { holdId: string; paymentId: string; paidAt: string };
}

interface Step {
  readonly title: string;
  run(walk: Walk): Promise<void>;
}

const STEPS: readonly Step[] = [
  {
    title: "A user of the fleet",
    run: async ({ kese, userNo }) => {
      const person = { name: "Ayşe", surname: "Yılmaz", birthDate: "1990-01-01" };
      const contact = { phoneNumber: "+905321234567", email: "ayse@example.com" };
      orThrow(
        await kese.POST("/create_user", {
          body: { userNo, authCode: crypto.randomUUID(), ...person, ...contact },
        }),
      );
    },
  },
  {
    title: "She saves a card",
    run: async ({ kese, userNo }) => {
      orThrow(await kese.POST("/kart-saklama", { body: { userNo, cardNo: CARD } }));
    },
  },
  {
    title: "She tops up 200.00 from it",
    run: async ({ kese, userNo }) => {
      orThrow(await kese.POST("/update_balance", { body: { userNo, balance: "200.00" } }));
    },
  },
  {
    title: "A ride starts: 50.00 are set aside",
    run: async ({ kese, userNo, found }) => {
      const body = { userNo, amount: "50.00", orderId: "ride-2093" };
      found.holdId = orThrow(await kese.POST("/provizyon", { body })).holdId;
    },
  },
  {
    title: "It ends: 37.20 are taken, and the rest is free again",
    run: async ({ kese, userNo, found }) => {
      const params = { path: { holdId: found.holdId } };
      const body = { userNo, amount: "37.20" };
      const taken = await kese.POST("/provizyon/{holdId}/tahsilat", { params, body });
      const { paymentId, createdAt: paidAt } = orThrow(taken);
      Object.assign(found, { paymentId, paidAt });
    },
  },
  {
    title: "The brake was broken: she gets 10.00 back",
    run: async ({ kese, userNo, found }) => {
      const body = { userNo, paymentId: found.paymentId, amount: "10.00", reason: "brake" };
      orThrow(await kese.POST("/iade", { body }));
    },
  },
  {
    title: "All of it stands in her journal",
    run: async ({ kese, userNo }) => {
      orThrow(await kese.GET("/islemler", { params: { query: { userNo, limit: 3 } } }));
    },
  },
  {
    title: "And in the end of the fleet's day, as far as it has come",
    run: async ({ kese, found }) => {
      const day = new Intl.DateTimeFormat("en-CA", { timeZone: "Europe/Istanbul" });
      const gun = day.format(new Date(found.paidAt));
      orThrow(await kese.GET("/filo/gun-sonu", { params: { query: { gun } } }));
    },
  },
];

/** A `fetch` that prints what is asked and what is answered. The key is not printed. */
function createPrintingFetch(say: Say): (request: Request) => Promise<Response> {
  return async (request) => {
    const { pathname, search } = new URL(request.url);
    const key = request.headers.get("idempotency-key");
    say(`${request.method} ${decodeURIComponent(pathname + search)}`);
    if (key !== null) say(`Idempotency-Key: ${key}`);
    sayBody(await request.clone().text());
    const response = await fetch(request);
    say(`→ ${response.status}`);
    sayBody(await response.clone().text());
    return response;
  };

  function sayBody(text: string): void {
    if (text !== "") say(indentJson(text));
  }
}

/** Other text stays as it is, such as that of a proxy that answers instead of Kese. */
function indentJson(text: string): string {
  try {
    return JSON.stringify(JSON.parse(text), null, 2);
  } catch {
    return text;
  }
}

async function main(): Promise<void> {
  const [SMOKE_FLEET, SMOKE_FLEET_KEY] = ["SMOKE_FLEET", "SMOKE_FLEET_KEY"].map((name) =>
    Deno.env.get(name)
  );
  const read = readTarget(Deno.args, { SMOKE_FLEET, SMOKE_FLEET_KEY }, "demo");
  if (!read.ok) {
    console.error(read.fault);
    Deno.exit(2);
  }
  try {
    await demo(read.target, console.log);
  } catch (error) {
    const isRefusal = error instanceof KeseError;
    if (!isRefusal) console.error(`Kese at ${read.target.url} does not answer: ${error}`);
    Deno.exitCode = 1;
  }
}

if (import.meta.main) await main();
