import type { GatewayFinding } from "../../../domain/ports/card_gateway.ts";
import { type Calls, describe } from "./calls.ts";

const QUESTIONS = {
  payment_intents: "May the key read charges? (a listing)",
  refunds: "May the key read refunds? (a listing)",
  customers: "May the key read customers? (a listing)",
} as const;

/** Asks what changes nothing: whether the key is taken, and what it may read. */
export async function check(
  calls: Calls,
  { live, makeSignal }: { readonly live: boolean; readonly makeSignal: () => AbortSignal },
): Promise<readonly GatewayFinding[]> {
  const findings: GatewayFinding[] = [];
  for (const [name, question] of Object.entries(QUESTIONS)) {
    try {
      const reply = await calls({ name, path: `/v1/${name}`, query: { limit: 1 } }, makeSignal());
      const works = reply.kind === "data";
      const says = works ? `yes, in ${live ? "live" : "test"} mode` : describe(reply);
      findings.push({ question, works, says });
    } catch (error) {
      const says = error instanceof Error ? error.message : "no answer";
      findings.push({ question, works: false, says });
    }
  }
  return findings;
}
