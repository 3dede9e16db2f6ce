import { Long } from "mongodb";
import type { Kurus } from "../../domain/money.ts";

/** Amounts are Int64 in the database. The driver returns them as numbers, all of them safe integers. */
export type StoredAmount = Long | number;

export function toStored(kurus: Kurus): Long {
  return Long.fromNumber(kurus);
}

export function fromStored(amount: StoredAmount): Kurus {
  return Number(amount) as Kurus;
}
