/**
 * Chooses the media type that a client prefers of those offered, the first of equals (RFC 9110, section
 * 12.5.1). A client that takes none of them gets the first, as one that says nothing.
 */
export function chooseMediaType<Offered extends string>(
  accept: string | null,
  offered: readonly [Offered, ...Offered[]],
): Offered {
  const [first] = offered;
  if (accept === null) return first;
  const ranges = accept.split(",").map(readRange);
  let best = { type: first, quality: 0 };
  for (const type of offered) {
    const quality = qualityOf(type, ranges);
    if (quality > best.quality) best = { type, quality };
  }
  return best.type;
}

interface MediaRange {
  readonly name: string;
  readonly quality: number;
}

function readRange(text: string): MediaRange {
  const [name = "", ...parameters] = text.split(";").map((part) => part.trim().toLowerCase());
  const given = parameters.find((parameter) => parameter.startsWith("q="));
  const quality = given === undefined ? 1 : Number(given.slice(2));
  return { name, quality: Number.isFinite(quality) ? quality : 0 };
}

/** The most exact range that a type lies in decides. */
function qualityOf(type: string, ranges: readonly MediaRange[]): number {
  const [main = ""] = type.split("/");
  for (const name of [type, `${main}/*`, "*/*"]) {
    const range = ranges.find((one) => one.name === name);
    if (range) return range.quality;
  }
  return 0;
}
