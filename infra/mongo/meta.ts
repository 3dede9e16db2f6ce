import type { Collection } from "mongodb";
import type { StoreMeta } from "../store.ts";
import { isDuplicateKey } from "./connection.ts";

export interface MetaDocument {
  readonly _id: string;
  readonly value: string;
}

/** What the database keeps about itself. */
export function createMongoMeta(meta: Collection<MetaDocument>): StoreMeta {
  return {
    get: async (name) => (await meta.findOne({ _id: name }))?.value,
    swap: async (name, was, text) => {
      if (was === undefined) return await insert({ _id: name, value: text });
      const { matchedCount } = await meta.updateOne({ _id: name, value: was }, {
        $set: { value: text },
      });
      return matchedCount === 1;
    },
  };

  async function insert(document: MetaDocument): Promise<boolean> {
    try {
      await meta.insertOne(document);
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }
}
