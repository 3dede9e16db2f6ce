type Run = () => Promise<unknown>;

/** Wraps every call of a port; members that are not functions stay as they are. */
export function wrapCalls<Port extends object>(
  port: Port,
  wrap: (run: Run, name: string) => Promise<unknown>,
): Port {
  const members = Object.entries(port).map(([name, member]) => {
    if (typeof member !== "function") return [name, member];
    return [name, (...args: unknown[]) => wrap(() => Reflect.apply(member, port, args), name)];
  });
  return Object.fromEntries(members);
}
