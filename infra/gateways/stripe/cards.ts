import { z } from "zod";
import { accountKey } from "../../../domain/account.ts";
import type { CardBrand } from "../../../domain/card_brand.ts";
import { CardToken } from "../../../domain/card_token.ts";
import type {
  CardToRegister,
  GatewayCard,
  Payer,
  Registration,
} from "../../../domain/ports/card_gateway.ts";
import { unclear } from "../http.ts";
import { type Calls, describe } from "./calls.ts";

const METHODS = "payment_methods";
const CUSTOMERS = "customers";
const ATTACH = "payment_methods/attach";
const DETACH = "payment_methods/detach";

const methodId = z.string().regex(/^(pm|card)_\w{1,250}$/);
const customerId = z.string().regex(/^cus_\w{1,250}$/);
const method = z.object({
  id: methodId,
  customer: z.union([customerId, z.object({ id: customerId }).transform(({ id }) => id)]).nullish(),
  card: z.object({
    brand: z.string(),
    last4: z.string().regex(/^\d{4}$/),
    exp_month: z.int().min(1).max(12),
    exp_year: z.int().min(2000).max(9999),
    fingerprint: z.string().min(1),
  }).nullish(),
});
type Method = z.output<typeof method>;
const customer = z.object({
  id: customerId,
  metadata: z.record(z.string(), z.string()).nullish(),
});

/** What names a card at Stripe. */
export interface CardKeys {
  readonly customer: string;
  readonly method: string;
}

/**
 * Registers a PaymentMethod that the user's browser has saved with a SetupIntent. One that belongs to a
 * Customer is taken only if that Customer is this account's (metadata `kese_account`), because its id
 * may have reached somebody else; one without is given a Customer of its own.
 */
export async function register(
  calls: Calls,
  { account }: Payer,
  card: CardToRegister,
  signal: AbortSignal,
): Promise<Registration> {
  if (!("gatewayToken" in card) || !methodId.safeParse(card.gatewayToken).success) {
    return { status: "refused" };
  }
  const found = await findMethod(calls, card.gatewayToken, signal);
  if (!found?.card) return { status: "refused" };
  const owner = accountKey(account);
  const before = found.customer ?? undefined;
  const customer = before ?? await createCustomer(calls, { ...card, owner }, signal);
  const isTaken = before === undefined
    ? await attach(calls, found.id, { ...card, customer }, signal)
    : await isOwn(calls, customer, owner, signal);
  if (!isTaken) return { status: "refused" };
  const token = new CardToken(`${customer}/${found.id}`);
  return { status: "registered", token, card: toGatewayCard(found.card) };
}

function toGatewayCard(card: NonNullable<Method["card"]>): GatewayCard {
  const { brand, last4, exp_month: month, exp_year: year, fingerprint } = card;
  return {
    bin: null,
    last4,
    brand: BRANDS.get(brand) ?? "unknown",
    expiry: { month, year },
    fingerprint,
  };
}

const BRANDS: ReadonlyMap<string, CardBrand> = new Map([
  ["visa", "visa"],
  ["mastercard", "mastercard"],
  ["amex", "amex"],
]);

/** The PaymentMethod of that id; undefined if there is none. */
export async function findMethod(
  calls: Calls,
  id: string,
  signal: AbortSignal,
): Promise<Method | undefined> {
  const reply = await calls({ name: METHODS, path: `/v1/payment_methods/${id}` }, signal);
  if (reply.kind === "refused") {
    if (reply.httpStatus === 404) return undefined;
    throw unclear("Stripe", METHODS, describe(reply));
  }
  const read = method.safeParse(reply.data).data;
  if (read?.id !== id) throw unclear("Stripe", METHODS, "its card cannot be read");
  return read;
}

async function isOwn(
  calls: Calls,
  id: string,
  owner: string,
  signal: AbortSignal,
): Promise<boolean> {
  const reply = await calls({ name: CUSTOMERS, path: `/v1/customers/${id}` }, signal);
  if (reply.kind === "refused") {
    if (reply.httpStatus === 404) return false;
    throw unclear("Stripe", CUSTOMERS, describe(reply));
  }
  const read = customer.safeParse(reply.data).data;
  if (read?.id !== id) throw unclear("Stripe", CUSTOMERS, "its customer cannot be read");
  // A Customer that was deleted has no metadata.
  return read.metadata?.kese_account === owner;
}

/** Without name and address, because no charge needs them. */
async function createCustomer(
  calls: Calls,
  { cardId, owner }: { readonly cardId: string; readonly owner: string },
  signal: AbortSignal,
): Promise<string> {
  const reply = await calls({
    name: CUSTOMERS,
    path: "/v1/customers",
    form: { metadata: { kese_account: owner } },
    idempotencyKey: `${cardId}-customer`,
  }, signal);
  if (reply.kind === "refused") throw unclear("Stripe", CUSTOMERS, describe(reply));
  const read = customer.safeParse(reply.data).data;
  if (read === undefined) throw unclear("Stripe", CUSTOMERS, "its customer cannot be read");
  return read.id;
}

/** Whether Stripe takes the card for charging it later. */
async function attach(
  calls: Calls,
  id: string,
  { cardId, customer }: { readonly cardId: string; readonly customer: string },
  signal: AbortSignal,
): Promise<boolean> {
  const reply = await calls({
    name: ATTACH,
    path: `/v1/payment_methods/${id}/attach`,
    form: { customer },
    idempotencyKey: `${cardId}-attach`,
  }, signal);
  if (reply.kind === "refused") return false;
  const read = method.safeParse(reply.data).data;
  if (read?.id !== id || read.customer !== customer) {
    throw unclear("Stripe", ATTACH, "its card cannot be read");
  }
  return true;
}

/** Takes a card from its Customer, after which nobody can charge it. */
export async function forget(calls: Calls, token: CardToken, signal: AbortSignal): Promise<void> {
  const keys = openToken(token);
  const reply = await calls({
    name: DETACH,
    path: `/v1/payment_methods/${keys.method}/detach`,
    form: {},
  }, signal);
  if (reply.kind === "refused" && await isChargeable(calls, keys, signal)) {
    throw unclear("Stripe", DETACH, describe(reply));
  }
}

/** Whether a card is still there and belongs to its Customer. */
export async function isChargeable(
  calls: Calls,
  { customer, method }: CardKeys,
  signal: AbortSignal,
): Promise<boolean> {
  return (await findMethod(calls, method, signal))?.customer === customer;
}

/** The ids inside a token that {@linkcode register} made. */
export function openToken(token: CardToken): CardKeys {
  const [customer = "", method = "", ...more] = token.reveal().split("/");
  const isOurs = customerId.safeParse(customer).success && methodId.safeParse(method).success;
  if (!isOurs || more.length > 0) {
    throw new TypeError("Cannot read a card token: it is not one of Stripe's");
  }
  return { customer, method };
}
