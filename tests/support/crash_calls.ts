import type { CardGateway } from "../../domain/ports/card_gateway.ts";
import type { Store } from "../../infra/store.ts";
import { type Call, intercept, meet } from "./faults.ts";

/**
 * What happens to a call: it fails before or after it took effect, and the process goes on; or the
 * process dies before it, after it, or while it is on its way and takes effect later still.
 */
export const CRASH_KINDS = [
  "fails_before",
  "fails_after",
  "dies_before",
  "dies_after",
  "dies_and_lands_late",
] as const;

export interface CrashFault {
  readonly kind: typeof CRASH_KINDS[number];
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
  /** Resolves when the process has died. Nothing that still waits in it is ever answered. */
  readonly died: Promise<void>;
  /** Makes the call that was on its way when the process died. */
  land(): Promise<void>;
  /** Lets the process die now, whatever it is doing. */
  kill(): void;
}

/**
 * Counts the calls to accounts, journal, vault, sign-in, people, what users are shown, and card gateway,
 * and lets one of them meet with a fault. The audit is not counted: no answer depends on it.
 */
export function countCalls({ store, gateway }: Outside, fault?: CrashFault): CountedOutside {
  const calls: string[] = [];
  const died = Promise.withResolvers<void>();
  let dead = false;
  let onItsWay: Call["make"] | undefined;

  async function answer(call: Call): Promise<unknown> {
    if (dead) return await NEVER;
    const kind = calls.push(call.method) === fault?.call ? fault.kind : "none";
    if (kind === "none" || kind === "fails_before" || kind === "fails_after") {
      const [met] = await Promise.allSettled([meet(call, kind)]);
      if (dead) return await NEVER;
      if (met.status === "rejected") throw met.reason;
      return met.value;
    }
    if (kind === "dies_after") await makeUnheard(call.make);
    if (kind === "dies_and_lands_late") onItsWay = call.make;
    kill();
    return await NEVER;
  }

  function kill(): void {
    dead = true;
    died.resolve();
  }

  const counted = <Port extends object>(name: string, port: Port): Port =>
    intercept(port, (call) => answer({ ...call, method: `${name}.${call.method}` }));

  return {
    calls,
    died: died.promise,
    land: () => makeUnheard(onItsWay),
    kill,
    gateway: counted("gateway", gateway),
    store: {
      ...store,
      accounts: counted("accounts", store.accounts),
      journal: counted("journal", store.journal),
      auth: counted("auth", store.auth),
      vault: counted("vault", store.vault),
      people: counted("people", store.people),
      actions: counted("actions", store.actions),
    },
  };
}

/** Makes a call whose outcome, good or bad, reaches nobody. */
async function makeUnheard(make: Call["make"] | undefined): Promise<void> {
  try {
    await make?.();
  } catch {
    // Its process is dead.
  }
}

/** The answer to a process that has died. */
const NEVER = new Promise<never>(() => {});
