/** Tells the operator what happened. Anything that could be a card number is masked before it is written. */
export interface Log {
  debug(event: string, facts?: LogFacts): void;
  info(event: string, facts?: LogFacts): void;
  warn(event: string, facts?: LogFacts): void;
  error(event: string, facts?: LogFacts & { readonly error?: unknown }): void;
}

export type LogFacts = Readonly<Record<string, unknown>>;
