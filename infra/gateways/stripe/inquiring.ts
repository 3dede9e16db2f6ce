import type { Instant } from "../../../domain/account.ts";
import type { CardToken } from "../../../domain/card_token.ts";
import type { ChargeOutcome, Inquiry } from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { openToken } from "./cards.ts";
import { type Charging, retrieve } from "./charging.ts";
import {
  actionExpiresAt,
  checkIntent,
  type Expected,
  type Intent,
  intent,
  toIntent,
  toOutcome,
} from "./intents.ts";
import { listAll } from "./listing.ts";

const INTENTS = "payment_intents";
const CANCEL = "payment_intents/cancel";

export interface Asked extends Omit<Expected, "live"> {
  readonly token?: CardToken;
  readonly now: Instant;
}

/** Tells how a charge stands, by all intents of its card's Customer that name its reference. */
export async function inquire(charging: Charging, asked: Asked): Promise<Inquiry> {
  const expected = { ...asked, live: charging.live };
  const intents = await findIntents(charging, asked);
  if (intents.length === 0) return { status: "not_found" };
  const charges = intents.filter(({ status }) => status === "succeeded");
  if (charges.length === 0) return await toUncharged(charging, intents, asked);
  const counting = chooseCounting(charges, asked);
  // All of it is back on the card, so nothing was charged in the end.
  if (counting === undefined) return { status: "declined", reason: "declined" };
  checkIntent(INTENTS, counting, expected);
  const surplus = charges
    .filter((charge) => charge !== counting && !isGivenBack(charge))
    .map(({ id, amount }) => ({ providerRef: id, amountKurus: amount }));
  return { ...toOutcome(INTENTS, counting), ...(surplus.length > 0 && { surplus }) };
}

/**
 * The intents under a reference, the oldest first. They are listed by Customer, because that list is
 * up to date; the search by metadata is not, and so proves nothing.
 */
async function findIntents(charging: Charging, asked: Asked): Promise<readonly Intent[]> {
  const { token, providerRef, reference } = asked;
  if (token === undefined) {
    if (providerRef === undefined) throw unclear("Stripe", INTENTS, "the card is not known");
    return [await retrieve(charging, { ...asked, providerRef, live: charging.live })];
  }
  const query = { customer: openToken(token).customer, expand: ["data.latest_charge"] };
  const listed = await listAll(charging.calls, { name: INTENTS, query }, charging.signal);
  const intents = listed.map((one) => {
    const read = intent.safeParse(one).data;
    if (read === undefined) throw unclear("Stripe", INTENTS, "its intent cannot be read");
    return read;
  });
  const own = intents.filter(({ metadata }) => metadata?.reference === reference).reverse();
  if (providerRef !== undefined && own.every(({ id }) => id !== providerRef)) {
    throw unclear("Stripe", INTENTS, "its list does not have the charge");
  }
  return own;
}

/**
 * The charge that counts: the one that is known, even if it was given back later; otherwise the first
 * of the right amount that was not given back.
 */
function chooseCounting(
  charges: readonly Intent[],
  { providerRef, amountKurus }: Asked,
): Intent | undefined {
  const known = charges.find(({ id }) => id === providerRef);
  if (known !== undefined) return known;
  const standing = charges.filter((charge) => !isGivenBack(charge));
  return standing.find(({ amount }) => amount === amountKurus) ?? standing[0];
}

function isGivenBack({ latest_charge }: Intent): boolean {
  return typeof latest_charge === "object" && latest_charge?.refunded === true;
}

/** Of intents without a charge: whether one may still become a charge, otherwise how the last one ended. */
async function toUncharged(
  charging: Charging,
  intents: readonly Intent[],
  { amountKurus, reference, now }: Asked,
): Promise<ChargeOutcome> {
  let last: ChargeOutcome | undefined;
  for (const one of intents) {
    checkIntent(INTENTS, one, { amountKurus, live: charging.live });
    const isOver = one.status === "requires_action" && now >= actionExpiresAt(one);
    const outcome = isOver
      ? await cancel(charging, one, { reference, amountKurus })
      : toOutcome(INTENTS, one);
    if (outcome.status !== "declined") return outcome;
    last = outcome;
  }
  if (last === undefined) throw unclear("Stripe", INTENTS, "its list is empty");
  return last;
}

/**
 * Ends an intent whose user did not come back in time. It would wait indefinitely, and charge the card
 * whenever the user confirms: so that no charge comes after `authentication_expired`, it is cancelled.
 */
async function cancel(
  charging: Charging,
  { id }: Intent,
  charge: Pick<Expected, "reference" | "amountKurus">,
): Promise<ChargeOutcome> {
  const { calls, live, signal } = charging;
  const expected = { ...charge, live, providerRef: id };
  const reply = await calls({
    name: CANCEL,
    path: `/v1/payment_intents/${id}/cancel`,
    form: { cancellation_reason: "abandoned" },
  }, signal);
  // The user was quicker.
  if (reply.kind === "refused") return toOutcome(CANCEL, await retrieve(charging, expected));
  return toOutcome(CANCEL, toIntent(CANCEL, reply.data, expected));
}
