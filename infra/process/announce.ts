import type { Log } from "../../domain/ports/log.ts";
import { DEVELOPMENT_FLEET, DEVELOPMENT_FLEET_KEY } from "./development.ts";
import type { Environment } from "./environment.ts";
import type { OwnText } from "./log.ts";

/** What is running. */
export interface Build {
  readonly version: string;
  /** Null if it is unknown. */
  readonly commit: OwnText | null;
}

interface Announcement {
  readonly environment: Environment;
  readonly address: Pick<Deno.NetAddr, "hostname" | "port">;
  readonly build: Build;
  readonly log: Log;
}

/** Logs what runs and where; in development, also prints what to try first. */
export function announce({ environment, address, build, log }: Announcement): void {
  const { mode, mongo, cardGateway, codeWebhook } = environment;
  const url = toUrl(address);
  if (mode === "development") console.log(describeFirstSteps(environment, url));
  log.info("started", { ...build, mode, url, store: mongo ? "mongodb" : "sqlite" });
  if (mode === "development") return;
  if ([...cardGateway.values()].includes("sandbox")) {
    log.warn("card_gateway_is_sandbox", { meaning: "no card is really charged" });
  }
  if (codeWebhook === undefined) {
    log.warn("codes_cannot_be_sent", { meaning: "CODE_WEBHOOK_URL is not set" });
  }
}

/** The URL of Kese on this machine. */
function toUrl({ hostname, port }: Announcement["address"]): string {
  const host = ["0.0.0.0", "::"].includes(hostname) ? "localhost" : hostname;
  return `http://${host.includes(":") ? `[${host}]` : host}:${port}`;
}

function describeFirstSteps({ fleets }: Environment, url: string): string {
  const [fleet = ""] = fleets.keys();
  const key = fleet === DEVELOPMENT_FLEET ? DEVELOPMENT_FLEET_KEY : "<its key>";
  const headers = `-H 'Filo: ${fleet}' -H 'Authorization: Bearer ${key}'`;
  // In the body, because a card number does not belong in a URL, not even in a newcomer's first request.
  const card = JSON.stringify({ userNo: "123456", cardNo: "4242424242424242" });
  return `Kese listens on ${url} (development)

Fleet: ${fleet}   Key: ${key}   Users: 123456, 654321, 987654 and seven more

Save a card, top up from it, pay:
  curl -X POST '${url}/kart-saklama' ${headers} -H 'Content-Type: application/json' -d '${card}'
  curl -X POST '${url}/update_balance?userNo=123456&balance=100' ${headers}
  curl -X POST '${url}/kart-saklamali-odeme?userNo=123456&amount=10.50' ${headers}

In a browser: ${url}
Every route: ${url}/docs`;
}
