export const CARD_BRANDS = ["visa", "mastercard", "amex", "troy", "unknown"] as const;
/** The scheme of a card. Its first digits tell which. */
export type CardBrand = typeof CARD_BRANDS[number];

/** First digits: one number, or the first and the last of a range of numbers of one length. */
type FirstDigits = number | readonly [first: number, last: number];

/**
 * Which scheme issues which first digits, as npm `credit-card-type` 10.3.0 has it; a test compares the
 * two. The first line that fits decides.
 */
const BRANDS: readonly (readonly [CardBrand, readonly FirstDigits[]])[] = [
  // Schemes that Kese does not name (Maestro, Elo, Naranja), inside the ranges of those that it names.
  ["unknown", [493698, 527572, 402918, [401178, 401179], 438935, [457631, 457632]]],
  ["unknown", [431274, 451416, 457393]],
  ["visa", [4]],
  ["mastercard", [[51, 55], [2221, 2229], [223, 229], [23, 26], [270, 271], 2720]],
  ["amex", [34, 37]],
  ["troy", [9792, 650052, [650082, 650083], 650092, 650161, 650170, 650173, 650175, 650268]],
  ["troy", [650271, [650273, 650274], [650456, 650457], 650836, [650846, 650850], 650923]],
  ["troy", [650987, 650990, 654997, 657366, 657998, 658758, [658767, 658768]]],
  ["troy", [[65083700, 65083704], [65085800, 65085804], [65085900, 65085901], 65086000]],
  ["troy", [[65086100, 65086105], [65086200, 65086203], [65875000, 65875003], 65875009]],
  ["troy", [[65875101, 65875104], 65875200, 65875501, 65875601, 65875900]],
  ["troy", [[65876000, 65876002], [65876100, 65876103], 65876110, [65876115, 65876116]]],
  ["troy", [[65876200, 65876201], 65876500, [65876504, 65876505], [65876600, 65876602]]],
  ["troy", [[65877100, 65877101], [65877600, 65877602], 65877700, [65877801, 65877802]]],
  ["troy", [[65878200, 65878202], [65878300, 65878311], [65878400, 65878405]]],
  ["troy", [[65878500, 65878505], [65878600, 65878601], 65879800, 65880800, 65880900]],
];

/** The brand of a card number. It is only shown; no rule depends on it. */
export function brandOf(digits: string): CardBrand {
  const line = BRANDS.find(([, ranges]) => ranges.some((range) => beginsWith(digits, range)));
  return line?.[0] ?? "unknown";
}

function beginsWith(digits: string, range: FirstDigits): boolean {
  const [first, last] = typeof range === "number" ? [range, range] : range;
  const begun = Number(digits.slice(0, String(first).length));
  return begun >= first && begun <= last;
}
