import { assert } from "@std/assert";
import type { CardToRegister, GatewayMessage } from "../../../domain/ports/card_gateway.ts";
import type { TestKese } from "../kese.ts";

/** What a client sends to save a card. */
export function toRequest(card: CardToRegister): Readonly<Record<string, unknown>> {
  if ("gatewayToken" in card) return { gatewayToken: card.gatewayToken };
  const { number, cardHolder, expiry } = card;
  return {
    cardNo: number.reveal(),
    cardHolder,
    expireMonth: expiry?.month,
    expireYear: expiry?.year,
  };
}

/** What the user's browser sends when it comes back from the bank; gives the page that it is shown. */
export async function comeBack(
  { app }: Pick<TestKese, "app">,
  topUpId: string,
  { headers, body }: GatewayMessage,
): Promise<Response> {
  assert(headers instanceof Headers);
  const path = `/update_balance/${topUpId}/donus`;
  const isForm = headers.has("content-type");
  return await (isForm
    ? app.request(path, { method: "POST", body, headers })
    : app.request(`${path}?${body}`));
}
