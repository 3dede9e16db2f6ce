import type { ChargeOrder, Payer } from "../../../domain/ports/card_gateway.ts";
import { CURRENCY } from "../../../domain/money.ts";
import { writeAmount } from "./amounts.ts";
import type { IyzicoToken } from "./cards.ts";
import type { Body } from "./calls.ts";

/** What iyzico wants to know of every buyer and Kese does not: the fleet's own answers. */
export interface IyzicoBuyerDefaults {
  /** Eleven digits. */
  readonly identityNumber: string;
  readonly address: string;
  readonly city: string;
  readonly country: string;
  readonly ip: string;
  readonly zipCode?: string;
}

/** The body of a charge: one virtual item that is worth all of it. */
export function toPayment(
  { reference, amountKurus, payer }: Omit<ChargeOrder, "token" | "callbackUrl">,
  { cardUserKey, cardToken }: IyzicoToken,
  defaults: IyzicoBuyerDefaults,
): Body {
  const price = writeAmount(amountKurus);
  const { address, city, country, zipCode } = defaults;
  const place = {
    contactName: `${payer.name} ${payer.surname}`,
    address,
    city,
    country,
    ...(zipCode !== undefined && { zipCode }),
  };
  return {
    locale: "tr",
    conversationId: reference,
    price,
    paidPrice: price,
    currency: CURRENCY,
    installment: 1,
    paymentChannel: "WEB",
    basketId: reference,
    paymentGroup: "PRODUCT",
    paymentCard: { cardUserKey, cardToken },
    buyer: toBuyer(payer, defaults),
    shippingAddress: place,
    billingAddress: place,
    basketItems: [
      { id: reference, name: "Bakiye yükleme", category1: "Cüzdan", itemType: "VIRTUAL", price },
    ],
  };
}

function toBuyer(
  { account, name, surname, email, phoneNumber }: Payer,
  { identityNumber, address, city, country, ip, zipCode }: IyzicoBuyerDefaults,
): Readonly<Record<string, string>> {
  return {
    id: `${account.filo}-${account.userNo}`,
    name,
    surname,
    identityNumber,
    email,
    gsmNumber: phoneNumber,
    registrationAddress: address,
    city,
    country,
    ip,
    ...(zipCode !== undefined && { zipCode }),
  };
}
