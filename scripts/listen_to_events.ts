/**
 * A receiver of events for development: prints what arrives, and whether its signature is right.
 *
 *     deno task events:listen [--port 5001] [--fleet hergele] [--secret whsec_…] [--status 500]
 *
 * @module
 */

import { parseArgs } from "node:util";
import { Webhook } from "standardwebhooks";

/** The secret of development's receiver, which is none: everybody knows it. */
const DEVELOPMENT_SECRET = `whsec_${btoa("kese-events-for-development-only")}`;

interface ReceiverOptions {
  readonly port: number;
  readonly secret: string;
  /** What every event is answered with. */
  readonly status: number;
  readonly print: (line: string) => void;
}

/** Listens on this machine until it is shut down. */
export function listenToEvents(
  { port, secret, status, print }: ReceiverOptions,
): Deno.HttpServer<Deno.NetAddr> {
  const webhook = new Webhook(secret);
  return Deno.serve({ hostname: "127.0.0.1", port, onListen: () => {} }, async (request) => {
    const text = await request.text();
    const fault = findFault(() => webhook.verify(text, Object.fromEntries(request.headers)));
    const id = request.headers.get("webhook-id") ?? "without an id";
    print(fault === undefined ? `signed  ${id}  ${text}` : `WRONG   ${id}  ${fault}`);
    return new Response(null, { status: fault === undefined ? status : 401 });
  });
}

function findFault(verify: () => unknown): string | undefined {
  try {
    verify();
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

if (import.meta.main) {
  const { values } = parseArgs({
    args: Deno.args,
    options: {
      port: { type: "string", default: "5001" },
      fleet: { type: "string", default: "hergele" },
      secret: { type: "string", default: DEVELOPMENT_SECRET },
      status: { type: "string", default: "204" },
    },
  });
  const { fleet, secret } = values;
  const options = { port: Number(values.port), secret, status: Number(values.status) };
  const { addr } = listenToEvents({ ...options, print: console.log });
  console.log("Waiting for events. Start Kese with this variable, in .env or before the command:");
  console.log(`EVENT_WEBHOOKS='${fleet}:http://127.0.0.1:${addr.port}/|${secret}'`);
}
