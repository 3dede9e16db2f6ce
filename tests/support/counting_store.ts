import type { CardGateway } from "../../domain/ports/card_gateway.ts";
import type { Store } from "../../infra/store.ts";

/**
 * What befalls a call: it fails before or after it took effect, and the process goes on; or the
 * process dies before it, after it, or while it is on its way and takes effect later still.
 */
export const FAULT_KINDS = [
  "fails_before",
  "fails_after",
  "dies_before",
  "dies_after",
  "dies_and_lands_late",
] as const;
export type FaultKind = typeof FAULT_KINDS[number];

export interface Fault {
  readonly kind: FaultKind;
  /** Which call meets with it, from 1. */
  readonly call: number;
}

/** What a process reaches outside of itself. */
export interface Outside {
  readonly store: Store;
  readonly gateway: CardGateway;
}

export interface CountedOutside extends Outside {
  /** Every call in order, as `accounts.save`. */
  readonly calls: readonly string[];
  /** Resolves when the process has died. What still waits in it hears nothing any more. */
  readonly died: Promise<void>;
  /** Makes the call that was on its way when the process died. */
  land(): Promise<void>;
}

/**
 * Counts the calls to accounts, journal, vault, sign-in and card gateway, and lets one of them meet
 * with a fault. The audit is not counted: it answers nobody.
 */
export function countCalls({ store, gateway }: Outside, fault?: Fault): CountedOutside {
  const calls: string[] = [];
  const died = Promise.withResolvers<void>();
  let dead = false;
  let onItsWay: Call | undefined;

  function die(): Promise<never> {
    dead = true;
    died.resolve();
    return NEVER;
  }

  async function befall(name: string, call: Call): Promise<unknown> {
    if (dead) return await NEVER;
    const kind = calls.push(name) === fault?.call ? fault.kind : "none";
    if (kind === "fails_before") throw new Error(`${name}: no connection`);
    if (kind === "dies_before") return await die();
    if (kind === "dies_and_lands_late") {
      onItsWay = call;
      return await die();
    }
    if (kind === "dies_after") {
      await unheard(call);
      return await die();
    }
    const result = await call();
    if (kind === "fails_after") throw new Error(`${name}: the answer was lost`);
    return dead ? await NEVER : result;
  }

  function counted<Port extends object>(name: string, port: Port): Port {
    return new Proxy(port, {
      get: (target, property) => {
        const member = Reflect.get(target, property);
        if (typeof member !== "function") return member;
        return (...args: unknown[]) =>
          befall(`${name}.${String(property)}`, () => Reflect.apply(member, target, args));
      },
    });
  }

  return {
    calls,
    died: died.promise,
    land: () => unheard(onItsWay),
    gateway: counted("gateway", gateway),
    store: {
      ...store,
      accounts: counted("accounts", store.accounts),
      journal: counted("journal", store.journal),
      auth: counted("auth", store.auth),
      vault: counted("vault", store.vault),
    },
  };
}

type Call = () => unknown;

/** Makes a call whose end nobody hears of, good or bad. */
async function unheard(call: Call | undefined): Promise<void> {
  try {
    await call?.();
  } catch {
    // An answer of any kind has nobody to go to.
  }
}

/** The answer to a process that is no more. */
const NEVER = new Promise<never>(() => {});
