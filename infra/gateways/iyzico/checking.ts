import type { GatewayFinding } from "../../../domain/ports/card_gateway.ts";
import type { IyzicoCalls, Reply } from "./calls.ts";
import { isNoSuchPayment, isTokenGone } from "./errors.ts";

/** A BIN of iyzico's published test cards. */
const BIN = "554960";
const NOTHING = "kese-gateway-check";

/** Asks what changes nothing: whether the keys are taken, and what the account may do. */
export async function check(
  calls: IyzicoCalls,
  makeSignal: () => AbortSignal,
): Promise<readonly GatewayFinding[]> {
  const common = { locale: "tr", conversationId: NOTHING };
  return [
    await find(
      "Are the keys taken? (a BIN query)",
      calls.send("POST", "/payment/bin/check", { ...common, binNumber: BIN }, makeSignal()),
    ),
    await find(
      "Are the reports readable? (a payment that does not exist)",
      calls.ask(
        "/v2/reporting/payment/details",
        { ...common, paymentConversationId: NOTHING },
        makeSignal(),
      ),
      isNoSuchPayment,
    ),
    await find(
      "May the account store cards? (the cards of an owner who does not exist)",
      calls.send("POST", "/cardstorage/cards", { ...common, cardUserKey: NOTHING }, makeSignal()),
      isTokenGone,
    ),
  ];
}

async function find(
  question: string,
  asked: Promise<Reply>,
  isExpected: (failure: Extract<Reply, { ok: false }>["failure"]) => boolean = () => false,
): Promise<GatewayFinding> {
  try {
    const reply = await asked;
    if (reply.ok) return { question, works: true, says: "yes" };
    const { code, group } = reply.failure;
    const says = `iyzico answered ${code}${group === undefined ? "" : ` (${group})`}`;
    return { question, works: isExpected(reply.failure), says };
  } catch (error) {
    return { question, works: false, says: error instanceof Error ? error.message : "no answer" };
  }
}
