/**
 * The one fault injector: it stands in front of a port, or of a database's collection, and decides
 * about each call what happens to it.
 *
 * @module
 */

/** A call on its way. */
export interface Call {
  readonly method: string;
  readonly args: readonly unknown[];
  /** Lets it take effect, and returns what it returns. */
  readonly make: () => unknown;
}

export type CallHandler = (call: Call) => unknown;

/** The same port, but each call, or each call of the methods named, goes to a handler first. */
export function intercept<Port extends object>(
  port: Port,
  handlers: CallHandler | Partial<Readonly<Record<keyof Port, CallHandler>>>,
): Port {
  const handlerOf = (name: string | symbol): CallHandler | undefined =>
    typeof handlers === "function" ? handlers : handlers[name as keyof Port];
  return new Proxy(port, {
    get: (target, name) => {
      const member = Reflect.get(target, name, target);
      const handle = handlerOf(name);
      if (typeof member !== "function" || handle === undefined) return member;
      return (...args: unknown[]) =>
        handle({ method: String(name), args, make: () => Reflect.apply(member, target, args) });
    },
  });
}

/** Replaces methods of a port that is in use already. What it returns gives them back. */
export function replaceMethods<Port extends object>(
  port: Port,
  methods: Partial<Port>,
): () => void {
  const whole = { ...port };
  Object.assign(port, methods);
  return () => void Object.assign(port, whole);
}

/**
 * What happens to a call: it fails before it took effect or after, when its answer is lost; it is told
 * that it lost a race or found no room, and nothing happened; or a function decides.
 */
export type Fault =
  | "none"
  | "fails_before"
  | "fails_after"
  | "conflict"
  | "full"
  | ((make: Call["make"]) => unknown);

/** Lets a call meet with a fault; `failure` is how its port says that a call failed. */
export async function meet(
  { method, make }: Call,
  fault: Fault,
  failure = (cause: Error) => cause,
): Promise<unknown> {
  if (typeof fault === "function") return await fault(make);
  if (fault === "conflict" || fault === "full") return fault;
  if (fault === "fails_before") throw failure(new Error(`${method}: no connection`));
  const result = await make();
  if (fault === "fails_after") throw failure(new Error(`${method}: the answer was lost`));
  return result;
}

/** A place where calls wait until the test opens it. */
export interface Gate {
  /** Resolves when a call has arrived. */
  readonly reached: Promise<void>;
  readonly fault: Fault;
  open(): void;
}

/** Holds one call up; once the gate is open, it goes on as `then` says. */
export function createGate(then: Exclude<Fault, string> = (make) => make()): Gate {
  const reached = Promise.withResolvers<void>();
  const opened = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    open: opened.resolve,
    fault: async (make) => {
      reached.resolve();
      await opened.promise;
      return await then(make);
    },
  };
}
