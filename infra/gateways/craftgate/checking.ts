import type { GatewayFinding } from "../../../domain/ports/card_gateway.ts";
import { type Call, type Calls, describe } from "./calls.ts";

/** A BIN of Craftgate's published test cards. */
const BIN = "525864";

const QUESTIONS: Readonly<Record<string, Call>> = {
  "Are the keys taken? (a BIN query)": {
    name: "installment/v1/bins",
    path: `/installment/v1/bins/${BIN}`,
  },
  "Are the reports readable? (payments under a reference that does not exist)": {
    name: "payment-reporting/v1/payments",
    path: "/payment-reporting/v1/payments",
    query: { page: "0", size: "1", externalId: "kese-gateway-check" },
  },
  "May the account store cards? (the newest card's place in the list)": {
    name: "payment/v1/cards",
    path: "/payment/v1/cards",
    query: { page: "0", size: "1" },
  },
};

/** Asks what changes nothing: whether the keys are taken, and what the account may do. */
export async function check(
  calls: Calls,
  makeSignal: () => AbortSignal,
): Promise<readonly GatewayFinding[]> {
  const findings: GatewayFinding[] = [];
  for (const [question, call] of Object.entries(QUESTIONS)) {
    findings.push({ question, ...await find(calls, call, makeSignal()) });
  }
  return findings;
}

async function find(
  calls: Calls,
  call: Call,
  signal: AbortSignal,
): Promise<Omit<GatewayFinding, "question">> {
  try {
    const reply = await calls(call, signal);
    if (reply.kind === "data") return { works: true, says: "yes" };
    return {
      works: false,
      says: `Craftgate answered HTTP ${reply.httpStatus}, ${describe(reply)}`,
    };
  } catch (error) {
    return { works: false, says: error instanceof Error ? error.message : "no answer" };
  }
}
