import { accountKey } from "../../domain/account.ts";
import type { AccountStore } from "../../domain/ports/account_store.ts";
import type { Journal } from "../../domain/ports/journal.ts";
import type { MemoryStore } from "./memory_store.ts";

type Call = () => Promise<unknown>;

/**
 * What befalls one call: its answer is a conflict and nothing happened; it throws before or after it
 * took effect; its account is gone before it is made; or whatever a function makes of it.
 */
export type Mishap =
  | "none"
  | "conflict"
  | "throw_before"
  | "throw_after"
  | "vanish"
  | ((call: Call) => Promise<unknown>);

type Method = "insert" | "load" | "entriesOfOldKeys" | "save" | "find";

/** By method, what befalls its first call, its second …; a function tells for all of them. */
export type Script = Partial<
  Readonly<Record<Method, readonly Mishap[] | ((call: number) => Mishap)>>
>;

export interface ScriptedStore {
  readonly accounts: AccountStore;
  readonly journal: Pick<Journal, "find">;
  /** The arguments of every call, in order. */
  readonly calls: Readonly<Record<Method, unknown[][]>>;
}

/** A store whose calls meet with what the script says. */
export function scriptStore(memory: MemoryStore, script: Script): ScriptedStore {
  const calls: Record<Method, unknown[][]> = {
    insert: [],
    load: [],
    entriesOfOldKeys: [],
    save: [],
    find: [],
  };

  async function befall(
    method: Method,
    { args, key, call }: { readonly args: unknown[]; readonly key: string; readonly call: Call },
  ): Promise<unknown> {
    const place = calls[method].push(args) - 1;
    const plan = script[method] ?? [];
    const mishap = (typeof plan === "function" ? plan(place) : plan[place]) ?? "none";
    if (typeof mishap === "function") return await mishap(call);
    if (mishap === "conflict") return "conflict";
    if (mishap === "throw_before") throw new Error(`${method}: no connection`);
    if (mishap === "vanish") memory.stored.delete(key);
    const result = await call();
    if (mishap === "throw_after") throw new Error(`${method}: the answer was lost`);
    return result;
  }

  const { accounts, journal } = memory;
  return {
    calls,
    accounts: {
      entriesPerSave: accounts.entriesPerSave,
      insert: (...args) => {
        const [{ account: { id } }] = args;
        const call = () => accounts.insert(...args);
        return befall("insert", { args, key: accountKey(id), call }) as ReturnType<typeof call>;
      },
      load: (...args) => {
        const [id] = args;
        const call = () => accounts.load(...args);
        return befall("load", { args, key: accountKey(id), call }) as ReturnType<typeof call>;
      },
      entriesOfOldKeys: (...args) => {
        const [id] = args;
        const call = async () => await accounts.entriesOfOldKeys(...args);
        return befall("entriesOfOldKeys", { args, key: accountKey(id), call }) as ReturnType<
          typeof call
        >;
      },
      save: (...args) => {
        const [{ id }] = args;
        const call = () => accounts.save(...args);
        return befall("save", { args, key: accountKey(id), call }) as ReturnType<typeof call>;
      },
      list: accounts.list,
      openTopUps: accounts.openTopUps,
      expiredHolds: accounts.expiredHolds,
    },
    journal: {
      find: (...args) => {
        const [id] = args;
        const call = () => journal.find(...args);
        return befall("find", { args, key: accountKey(id), call }) as ReturnType<typeof call>;
      },
    },
  };
}

/** A place where calls wait until the test opens it. */
export interface Gate {
  /** Resolves when a call has arrived. */
  readonly reached: Promise<void>;
  readonly mishap: Mishap;
  open(): void;
}

/** Holds one call up; once the gate is open, it goes on as `then` says. */
export function createGate(then: (call: Call) => Promise<unknown> = (call) => call()): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: opened.resolve,
    mishap: async (call) => {
      reached.resolve();
      await opened.promise;
      return await then(call);
    },
  };
}

/** Lets everything run that can run without anything from outside. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise<void>((resolve) => setImmediate(resolve));
}
