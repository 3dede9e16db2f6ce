/** What JSON.parse does not tell about the text of an object. */
interface ObjectText {
  /** A name that one of its objects, at whatever depth, has twice. JSON.parse takes the last. */
  readonly doubled?: string;
  /** The numbers among its own members as they are written: `1.00` and not 1. */
  readonly numbers: ReadonlyMap<string, string>;
}

const QUOTE = '"'.charCodeAt(0);
const BACKSLASH = "\\".charCodeAt(0);
const COLON = ":".charCodeAt(0);
const OPENING = "{".charCodeAt(0);
const CLOSING = "}".charCodeAt(0);
const BLANK = " ".charCodeAt(0);
const NUMBER = /-?\d[\d.eE+-]*/y;

/** Reads the text of a JSON object once, from end to end. JSON.parse must have accepted it before. */
export function readObjectText(text: string): ObjectText {
  const numbers = new Map<string, string>();
  // The names of each object that is open at this place, the innermost last.
  const open: Set<string>[] = [];
  for (let place = 0; place < text.length; place++) {
    const character = text.charCodeAt(place);
    if (character === OPENING) open.push(new Set());
    else if (character === CLOSING) open.pop();
    if (character !== QUOTE) continue;
    const end = findClosingQuote(text, place);
    const colon = skipBlanks(text, end + 1);
    // Only the name of a member is followed by a colon.
    if (text.charCodeAt(colon) === COLON) {
      const name = toName(text.slice(place, end + 1));
      const names = open.at(-1);
      if (names?.has(name)) return { doubled: name, numbers };
      names?.add(name);
      const value = skipBlanks(text, colon + 1);
      if (open.length === 1 && text.charCodeAt(value) !== QUOTE) {
        NUMBER.lastIndex = value;
        const [number] = NUMBER.exec(text) ?? [];
        if (number !== undefined) numbers.set(name, number);
      }
    }
    place = end;
  }
  return { numbers };
}

function findClosingQuote(text: string, opening: number): number {
  let place = opening + 1;
  while (text.charCodeAt(place) !== QUOTE) {
    place += text.charCodeAt(place) === BACKSLASH ? 2 : 1;
  }
  return place;
}

/** Finds the next place without one of JSON's blanks, which have the lowest codes of its characters. */
function skipBlanks(text: string, from: number): number {
  let place = from;
  while (text.charCodeAt(place) <= BLANK) place++;
  return place;
}

/** Escapes are read as JSON reads them: `amoun\u0074` is amount. */
function toName(quoted: string): string {
  return quoted.includes("\\") ? JSON.parse(quoted) : quoted.slice(1, -1);
}
