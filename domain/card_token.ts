/**
 * What a gateway charges a card by: its own token, or with the sandbox the number. It is a secret:
 * whatever prints it shows a mask, and only {@linkcode CardToken.reveal} gives it away.
 */
export class CardToken {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  /** The token itself, for sealing and for the gateway alone. */
  reveal(): string {
    return this.#text;
  }

  equals(other: CardToken): boolean {
    return this.#text === other.#text;
  }

  toString(): string {
    return "[card token]";
  }

  toJSON(): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
