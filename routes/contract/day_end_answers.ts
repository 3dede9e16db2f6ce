import { z } from "zod";
import { currency, entryType, instant, message, money, signedMoney } from "./answer_parts.ts";

const count = z.int().min(0);

const movement = z.object({
  type: entryType,
  count,
  amount: money,
  delta: signedMoney.meta({ description: "What they did to balances.", example: "-10.50" }),
}).meta({ id: "Movement" });

const gatewayReference = z.object({
  cardRefundId: z.string().optional().meta({ description: "Of money that went back to a card." }),
  topUpId: z.string(),
  userNo: z.string(),
  providerRef: z.string().meta({ description: "What the gateway calls the charge." }),
  amount: money,
  createdAt: instant,
}).meta({ id: "GatewayReference" });

const gatewayTotal = z.object({
  gateway: z.string().meta({ example: "iyzico" }),
  count,
  amount: money,
  references: z.array(gatewayReference).meta({
    description: "Newest first; those of this page, and more follow while there is a nextCursor.",
  }),
}).meta({ id: "GatewayTotal" });

const total = z.object({ count, amount: money }).meta({ id: "Total" });

export const dayEndAnswer = z.object({
  message,
  date: z.iso.date().meta({ example: "2026-03-01" }),
  timeZone: z.string().meta({ description: "Whose day it is.", example: "Europe/Istanbul" }),
  currency,
  opening: money.meta({ description: "All balances when the day began." }),
  movements: z.array(movement).meta({ description: "One for each type of entry that there was." }),
  closing: money.meta({
    description: "The opening and every delta: what the next day begins with.",
  }),
  topUps: z.array(gatewayTotal).meta({ description: "Credited top-ups of the day." }),
  cardRefunds: z.array(gatewayTotal).meta({
    description: "Money that went back to cards on that day.",
  }),
  openTopUps: total.meta({ description: "Top-ups whose outcome is not known now." }),
  openHolds: total.meta({ description: "Holds that set money aside now." }),
  final: z.boolean().meta({ description: "Whether nothing of that day can still arrive." }),
  nextCursor: z.string().nullable().meta({
    description: "For the next references; null when there are no more.",
  }),
}).meta({ id: "DayEnd" });

export type DayEndBody = Omit<z.output<typeof dayEndAnswer>, "message">;
export type GatewayReferenceBody = z.output<typeof gatewayReference>;
