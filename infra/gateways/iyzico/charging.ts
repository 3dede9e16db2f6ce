import { Buffer } from "node:buffer";
import type { Instant } from "../../../domain/account.ts";
import type { ChargeOrder, ChargeOutcome } from "../../../domain/ports/card_gateway.ts";
import { isSameSignature } from "../signatures.ts";
import { type IyzicoBuyerDefaults, toPayment } from "./buyer.ts";
import type { Body, IyzicoCalls } from "./calls.ts";
import { openToken } from "./cards.ts";
import { meaningOf, unexplained, unknownOutcome } from "./errors.ts";
import { toCharged } from "./payments.ts";
import { type Fields, textOf } from "./reply.ts";
import { signFields } from "./signing.ts";

/** What the calls about money need. */
export interface Charging {
  readonly calls: IyzicoCalls;
  readonly secretKey: string;
  readonly signal: AbortSignal;
}

const AUTH = "payment/auth";
const START_3DS = "payment/3dsecure/initialize";

/** Charges a card without the user, and begins 3-D Secure if bank or account demand it. */
export async function charge(
  { calls, secretKey, signal }: Charging,
  order: ChargeOrder,
  { defaults, expiresAt }: { readonly defaults: IyzicoBuyerDefaults; readonly expiresAt: Instant },
): Promise<ChargeOutcome> {
  const body = toPayment(order, openToken(order.token), defaults);
  const reply = await calls.send("POST", `/${AUTH}`, body, signal);
  if (reply.ok) return toCharged(AUTH, reply.fields, order, secretKey);
  const meaning = meaningOf(reply.failure);
  switch (meaning.kind) {
    case "declined":
      return { status: "declined", reason: meaning.reason };
    case "wants_authentication":
      return await start3ds({ calls, secretKey, signal }, { ...order, body, expiresAt });
    case "unknown":
      throw unexplained(AUTH, reply.failure);
  }
}

/** Begins 3-D Secure: nothing is charged before the user comes back. */
async function start3ds(
  { calls, secretKey, signal }: Charging,
  { reference, callbackUrl, body, expiresAt }: ChargeOrder & {
    readonly body: Body;
    readonly expiresAt: Instant;
  },
): Promise<ChargeOutcome> {
  const reply = await calls.send("POST", `/${START_3DS}`, { ...body, callbackUrl }, signal);
  if (!reply.ok) {
    // Whatever the refusal means, this call moves no money, and the charge before it was refused.
    const meaning = meaningOf(reply.failure);
    const reason = meaning.kind === "declined" ? meaning.reason : "authentication_required";
    return { status: "declined", reason };
  }
  const { fields } = reply;
  const providerRef = textOf(fields, "paymentId") ?? "";
  const signed = [providerRef, textOf(fields, "conversationId") ?? ""];
  if (!isSameSignature(textOf(fields, "signature"), signFields(secretKey, signed))) {
    throw unknownOutcome(START_3DS, "its signature is wrong");
  }
  if (providerRef === "" || textOf(fields, "conversationId") !== reference) {
    throw unknownOutcome(START_3DS, "it speaks of another payment");
  }
  return {
    status: "requires_action",
    providerRef,
    action: { kind: "page", html: readPage(fields) },
    expiresAt,
  };
}

function readPage(fields: Fields): string {
  const html = Buffer.from(textOf(fields, "threeDSHtmlContent") ?? "", "base64").toString();
  if (html.trim() === "") throw unknownOutcome(START_3DS, "its answer has no page");
  return html;
}
