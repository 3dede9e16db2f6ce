import { type Collection, Long } from "mongodb";
import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import type { SandboxCharge, SandboxChargeStore } from "../gateways/sandbox.ts";
import { isDuplicateKey } from "./connection.ts";

export interface ChargeDocument {
  readonly _id: string;
  readonly amountKurus: Long | number;
  readonly last4: string;
  readonly declined: DeclineReason | null;
}

export function createMongoSandboxCharges(charges: Collection<ChargeDocument>): SandboxChargeStore {
  const find = async (reference: string): Promise<SandboxCharge | undefined> => {
    const document = await charges.findOne({ _id: reference });
    if (document === null) return undefined;
    const { amountKurus, last4, declined } = document;
    return { reference, amountKurus: Number(amountKurus) as Kurus, last4, declined };
  };
  return {
    find,
    insertOnce: async (charge) => {
      const { reference: _id, amountKurus, last4, declined } = charge;
      try {
        await charges.insertOne({
          _id,
          amountKurus: Long.fromNumber(amountKurus),
          last4,
          declined,
        });
        return charge;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return await find(_id) ?? charge;
      }
    },
  };
}
