import { type Collection, Long } from "mongodb";
import type { DeclineReason } from "../../domain/journal.ts";
import type { Kurus } from "../../domain/money.ts";
import { addRefund, type SandboxCharge, type SandboxChargeStore } from "../gateways/sandbox.ts";
import { isDuplicateKey } from "./connection.ts";

export interface ChargeDocument {
  readonly _id: string;
  readonly amountKurus: Long | number;
  readonly last4: string;
  readonly declined: DeclineReason | null;
  readonly waits: boolean;
  readonly refunds: readonly {
    readonly refundReference: string;
    readonly amountKurus: Long | number;
  }[];
  /** How many refunds there are: what a further one is compared by. */
  readonly refundCount: number;
}

export function createMongoSandboxCharges(charges: Collection<ChargeDocument>): SandboxChargeStore {
  const find = async (reference: string): Promise<SandboxCharge | undefined> => {
    const document = await charges.findOne({ _id: reference });
    if (document === null) return undefined;
    const { amountKurus, last4, declined, waits, refunds } = document;
    return {
      reference,
      amountKurus: Number(amountKurus) as Kurus,
      last4,
      declined,
      waits,
      refunds: refunds.map(({ refundReference, amountKurus }) => ({
        refundReference,
        amountKurus: Number(amountKurus) as Kurus,
      })),
    };
  };
  return {
    find,
    insertOnce: async (charge) => {
      const { reference: _id, amountKurus, last4, declined, waits } = charge;
      try {
        await charges.insertOne({
          _id,
          amountKurus: Long.fromNumber(amountKurus),
          last4,
          declined,
          waits,
          refunds: [],
          refundCount: 0,
        });
        return charge;
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return await find(_id) ?? charge;
      }
    },
    end: async (reference, declined) => {
      await charges.updateOne({ _id: reference, waits: true }, {
        $set: { waits: false, declined },
      });
      return await find(reference);
    },
    giveBack: async (reference, refund) => {
      for (;;) {
        const charge = await find(reference);
        const given = charge && addRefund(charge, refund);
        if (given === charge || charge === undefined) return charge;
        const { refundReference, amountKurus } = refund;
        const added = { refundReference, amountKurus: Long.fromNumber(amountKurus) };
        const { modifiedCount } = await charges.updateOne(
          { _id: reference, refundCount: charge.refunds.length },
          { $push: { refunds: added }, $inc: { refundCount: 1 } },
        );
        if (modifiedCount === 1) return given;
      }
    },
  };
}
