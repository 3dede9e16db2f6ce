import { decimalDigits } from "./decimal_digits.ts";
import { passesLuhn } from "./luhn.ts";

/**
 * Finds card numbers inside other texts. Many texts hold digits that merely look like one, so a card
 * number has to meet all of these conditions:
 *
 * - No letter stands between its digits (of any script, Unicode `Nd`). Invisible characters between
 *   them are ignored.
 * - It has a length that the scheme of its first digits issues, and the right check digit.
 * - Where visible characters separate its digits, the groups are such as people write: fours or single
 *   digits with any separators, twos or threes with the same separator throughout, 4-6-5, 4-6-4, or two
 *   halves of eight neither of which is a date.
 *
 * Order numbers made of dates and counters, such as `ORD-45-20261125-000123`, have other groups. These
 * are not card numbers either: digits within a UUID or a hash, a Turkish IBAN, and a telephone number that
 * begins with `+` (up to 13 digits: longer ones are not in use, and could hide a card number).
 */

/** A row of digits, with what separates it from the row before: undefined at the start and after a letter. */
interface Group {
  readonly start: number;
  readonly end: number;
  readonly digits: string;
  readonly gap: string | undefined;
  /** Whether the gap consists of blanks and dashes only. */
  readonly isSpaced: boolean;
}

/** Neighbouring rows whose digits may together be a number. */
interface Candidate {
  readonly digits: string;
  readonly groups: readonly Group[];
}

interface Found {
  readonly start: number;
  readonly end: number;
  /** Whether more digits follow with no letter between. */
  readonly goesOn: boolean;
}

const FEWEST_DIGITS = 12;
const MOST_DIGITS = 19;
// First digits and the lengths issued with them. A vehicle's IMEI (35…, 15 digits) matches none of them.
const ISSUED = [
  /^4\d{12}(?:\d{3}|\d{5,6})?$/, // Visa
  /^(?:5[1-5]\d\d|222[1-9]|22[3-9]\d|2[3-6]\d\d|27[01]\d|2720)\d{12}$/, // Mastercard
  /^3[47]\d{13}$/, // American Express
  /^9792\d{12}$/, // Troy, whose other ranges the next line covers
  /^(?:50|5[6-9]|6\d)\d{11,17}$/, // Maestro, UnionPay, Discover
  /^3(?:0[0-59]|[689]\d)\d{11,16}$/, // Diners Club
  /^35(?:2[89]|[3-8]\d)\d{12,15}$/, // JCB
  /^220[0-4]\d{12,15}$/, // Mir
];
// Sizes of groups: one piece, single digits, fours, 4-6-5 and 4-6-4, halves.
const CARD_GROUPS = /^(?:\d\d|(?:1-)+1|(?:4-)+[1-4]|4-6-[45]|8-8)$/;
const EVEN_GROUPS = /^(?:(?:2-)+[12]|(?:3-)+[1-3])$/;
const DATE = /^(?:(?:19|20)\d\d[01]\d[0-3]\d|[0-3]\d[01]\d(?:19|20)\d\d)$/;

const DIGIT = /\p{Nd}/gu;
/** Digits with nothing visible between them. */
const DIGIT_ROW = /\p{Nd}+(?:[\p{Cf}\p{M}\p{DI}]+\p{Nd}+)*/gu;
// A letter, or a mask: otherwise the last four of a masked number could begin another one.
const PARTING = /(?!\p{DI})\p{L}|\*{8}/u;
const BLANKS_AND_DASHES = /^[\s\p{Pd}\p{Cf}\p{M}]*$/u;
const LAST_FOUR = /\p{Nd}(?:\P{Nd}*\p{Nd}){3}$/u;
const UUID = /(?<![\da-z])[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}(?![\da-z])/gi;
// 128, 160 or 256 bits in hex: a UUID without dashes, a hash. One that begins or ends with twelve digits
// could be a card number with something added.
const HASH =
  /(?<![\p{L}\p{Nd}])(?!\d{12})(?:[\da-f]{32}|[\da-f]{40}|[\da-f]{64})(?<!\d{12})(?![\p{L}\p{Nd}])/giu;
const IBAN = /(?<![\p{L}\p{Nd}])TR(?:[^\p{L}\p{Nd}]?[0-9]){24}(?!\p{Nd})/giu;
const TELEPHONE_MOST_DIGITS = 13;

/**
 * Whether a text very likely holds a card number: 13 to 19 digits as card schemes issue and people
 * write them. Where such a text would be kept (an order id, a name) it is refused, because an altered
 * order id would be worse than a clear error.
 */
export function holdsCardNumber(text: string): boolean {
  const [found] = findNumbers(text, (one) => isIssued(one) && isGroupedAsCard(one));
  return found !== undefined;
}

/**
 * The text with everything masked that could be a card number, for logs, errors and audit: 12 to 19
 * digits, whatever the first ones are, and in any grouping where only blanks and dashes separate them.
 * The last four stay, unless more digits follow that could make a number with them again.
 */
export function maskCardNumbers(text: string): string {
  let masked = "";
  let done = 0;
  for (const { start, end, goesOn } of findNumbers(text, couldBeCard)) {
    const from = Math.max(start, done);
    const hidden = goesOn ? text.slice(from, end) : text.slice(from, end).replace(LAST_FOUR, "");
    masked += text.slice(done, from) + hidden.replaceAll(DIGIT, "*");
    done = from + hidden.length;
  }
  return masked + text.slice(done);
}

function isIssued({ digits }: Candidate): boolean {
  return ISSUED.some((issued) => issued.test(digits));
}

function isGroupedAsCard({ groups }: Candidate): boolean {
  const sizes = groups.map(({ digits }) => digits.length).join("-");
  if (CARD_GROUPS.test(sizes)) return sizes !== "8-8" || !groups.some(isDate);
  const [, second] = groups;
  return EVEN_GROUPS.test(sizes) && groups.slice(1).every(({ gap }) => gap === second?.gap);
}

function isDate({ digits }: Group): boolean {
  return DATE.test(digits);
}

function couldBeCard(candidate: Candidate): boolean {
  return candidate.groups.every(({ isSpaced }, place) => isSpaced || place === 0) ||
    isGroupedAsCard(candidate);
}

/**
 * The likely numbers in a text, in the order in which they begin. Any row of digits may begin or end
 * one, so a number is found next to other digits too: "10 4242 4242 4242 4242". The time is linear in
 * the length of the text.
 */
function* findNumbers(text: string, isLikely: (candidate: Candidate) => boolean): Generator<Found> {
  if (!hasEnoughDigits(text)) return;
  const rows = toGroups(coverOtherNumbers(text));
  for (const [place, { start }] of rows.entries()) {
    const isTelephone = /[+＋]/.test(text.charAt(start - 1));
    const groups: Group[] = [];
    let digits = "";
    for (let next = rows[place]; next !== undefined; next = rows[place + groups.length]) {
      if (groups.length > 0 && next.gap === undefined) break;
      if (digits.length + next.digits.length > MOST_DIGITS) break;
      digits += next.digits;
      groups.push(next);
      if (digits.length < (isTelephone ? TELEPHONE_MOST_DIGITS + 1 : FEWEST_DIGITS)) continue;
      if (!passesLuhn(digits) || !isLikely({ digits, groups })) continue;
      yield { start, end: next.end, goesOn: rows[place + groups.length]?.gap !== undefined };
    }
  }
}

/** A quick look that spares most texts the search: whether there can be digits enough, in any script. */
function hasEnoughDigits(text: string): boolean {
  let digits = 0;
  for (let place = 0; place < text.length && digits < FEWEST_DIGITS; place++) {
    const code = text.charCodeAt(place);
    if ((code >= 48 && code <= 57) || code > 127) digits++;
  }
  return digits === FEWEST_DIGITS;
}

/** Overwrites numbers of other kinds with letters. The length, and so every position, stays the same. */
function coverOtherNumbers(text: string): string {
  const cover = (number: string): string => "x".repeat(number.length);
  return text
    // A UUID of digits alone stays, because it could hide a card number.
    .replaceAll(UUID, (uuid) => /[a-f]/i.test(uuid) ? cover(uuid) : uuid)
    .replaceAll(HASH, cover)
    .replaceAll(IBAN, (iban) => isIban(decimalDigits(iban)) ? cover(iban) : iban);
}

/** Whether the digits after "TR" have the right check digits: the remainder by 97 is one (ISO 13616). */
function isIban(digits: string): boolean {
  return BigInt(`${digits.slice(2)}2927${digits.slice(0, 2)}`) % 97n === 1n;
}

function toGroups(text: string): readonly Group[] {
  let before: number | undefined;
  return Array.from(text.matchAll(DIGIT_ROW), ({ 0: row, index: start }) => {
    const between = before === undefined ? undefined : text.slice(before, start);
    before = start + row.length;
    const gap = between === undefined || PARTING.test(between) ? undefined : between;
    const isSpaced = gap !== undefined && BLANKS_AND_DASHES.test(gap);
    return { start, end: before, digits: decimalDigits(row), gap, isSpaced };
  });
}
