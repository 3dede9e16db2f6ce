import type { DayEnd, GatewayTotal, Total } from "../../domain/day_end.ts";
import { CURRENCY, formatAmount } from "../../domain/money.ts";
import type { OpenTotals } from "../../domain/ports/day_ends.ts";
import type { GatewayReference } from "../../domain/workflows/gateway_references.ts";
import type { DayEndBody, GatewayReferenceBody } from "./day_end_answers.ts";
import { toInstant } from "./instant.ts";

interface ShownDayEnd {
  readonly end: DayEnd;
  readonly isFinal: boolean;
  readonly timeZone: string;
  /** Some of what card gateways did. */
  readonly references: readonly GatewayReference[];
  readonly nextCursor: string | null;
  readonly open: OpenTotals;
}

export function toDayEnd(
  { end, isFinal, timeZone, references, nextCursor, open }: ShownDayEnd,
): DayEndBody {
  const referTo = (of: GatewayReference["entry"]["type"]) => (total: GatewayTotal) => ({
    gateway: total.gateway,
    ...toTotal(total),
    references: references
      .filter(({ entry }) => entry.type === of && entry.gateway === total.gateway)
      .map(toReference),
  });
  return {
    date: end.day,
    timeZone,
    currency: CURRENCY,
    opening: formatAmount(end.openingKurus),
    movements: end.movements.map((movement) => ({
      type: movement.type,
      ...toTotal(movement),
      delta: formatAmount(movement.deltaKurus),
    })),
    closing: formatAmount(end.closingKurus),
    topUps: end.topUps.map(referTo("top_up_credited")),
    cardRefunds: end.cardRefunds.map(referTo("card_refund_completed")),
    openTopUps: toTotal(open.topUps),
    openHolds: toTotal(open.holds),
    final: isFinal,
    nextCursor,
  };
}

function toTotal({ count, amountKurus }: Total): { count: number; amount: string } {
  return { count, amount: formatAmount(amountKurus) };
}

function toReference({ account, entry, providerRef }: GatewayReference): GatewayReferenceBody {
  return {
    ...(entry.type === "card_refund_completed" && { cardRefundId: entry.cardRefundId }),
    topUpId: entry.topUpId,
    userNo: account.userNo,
    providerRef,
    amount: formatAmount(entry.amountKurus),
    createdAt: toInstant(entry.at),
  };
}
