import type { Eventually } from "../../domain/ports/eventually.ts";
import type { Admission } from "./admission.ts";
import { announcesBody, mayHaveBody, parseObject, readJsonText } from "./body.ts";
import { cutName, type KnownParameters, refuseUnknownParameter } from "./known_parameters.ts";
import { readObjectText } from "./object_text.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import { readQueryPairs } from "./query.ts";

/**
 * What a request contains, by name. It has no prototype: a client's `__proto__` is a name like any
 * other.
 */
export type Parameters = Record<string, unknown>;

/**
 * Inherits nothing. It is a constructor, because V8 keeps what `Object.create(null)` makes in a slow
 * form.
 */
const BareObject = function () {} as unknown as new () => Parameters;
BareObject.prototype = Object.create(null);

interface ParameterRules {
  readonly admission: Admission;
  readonly known: KnownParameters;
  readonly allowCardNumberInUrl: boolean;
  /** Values from path and headers. */
  readonly given: Readonly<Record<string, string>>;
}

/** What must not be in a URL, because others log URLs, each with the code of its refusal. */
export const KEPT_OUT_OF_URLS = new Map([
  ...["cardNo", "selectedCard", "allCards"].map((name) => [name, "card_number_in_url"] as const),
  ...["authCode", "currentAuthCode", "name", "surname", "birthDate", "phoneNumber", "email"]
    .map((name) => [name, "personal_data_in_url"] as const),
  ...["cardHolder", "expireMonth", "expireYear", "gatewayToken"]
    .map((name) => [name, "personal_data_in_url"] as const),
]);

/**
 * Reads query and JSON body, once each, and joins them with the values from path and headers. A name
 * may come from several of them with the same value, but not twice from one. A request without a body
 * is read at once.
 */
export function readParameters(
  request: Request,
  rules: ParameterRules,
): Eventually<Read<Parameters>> {
  const read = readQuery(request.url, rules);
  if (!read.ok) return read;
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    const mayHave = mayHaveBody(request, () => leavesNothing(read.value, rules.known));
    return mayHave ? readBody(request, read.value, rules) : read;
  }
  // Deno gives no body of a GET, so what is in it would not be read.
  return announcesBody(headers) ? refuse(problem("malformed_request")) : read;
}

/** Whether the query has every parameter that decides what is done. */
function leavesNothing(parameters: Parameters, { deciding }: KnownParameters): boolean {
  for (const name of deciding) if (!(name in parameters)) return false;
  return true;
}

function readQuery(
  url: string,
  { given, known, allowCardNumberInUrl }: ParameterRules,
): Read<Parameters> {
  const parameters = Object.assign(new BareObject(), given);
  const queried = new Set<string>();
  for (const [name, value] of readQueryPairs(url)) {
    const isAllowed = allowCardNumberInUrl || known.inUrl.has(name);
    const code = isAllowed ? undefined : KEPT_OUT_OF_URLS.get(name);
    if (code !== undefined) return refuse(problem(code, { parameter: name }));
    if (!known.names.has(name)) return refuse(refuseUnknownParameter(name, known.names));
    if (queried.has(name) || (name in parameters && parameters[name] !== value)) {
      return refuseConflict(name);
    }
    queried.add(name);
    parameters[name] = value;
  }
  return { ok: true, value: parameters };
}

async function readBody(
  request: Request,
  parameters: Parameters,
  { admission, known }: ParameterRules,
): Promise<Read<Parameters>> {
  const text = await admission.readBody(() => readJsonText(request));
  if (!text.ok) return text;
  const object = parseObject(text.value);
  if (object === undefined) return refuse(problem("malformed_request"));
  const { doubled, numbers } = readObjectText(text.value);
  if (doubled !== undefined) return refuseConflict(doubled);
  for (const [name, member] of Object.entries(object)) {
    if (!known.names.has(name)) return refuse(refuseUnknownParameter(name, known.names));
    const value = known.numbers.has(name) ? readPlainNumber(numbers.get(name)) ?? member : member;
    if (name in parameters && parameters[name] !== value) return refuseConflict(name);
    parameters[name] = value;
  }
  return { ok: true, value: parameters };
}

// Neither sign nor exponent: no field takes a number with one.
const PLAIN_NUMBER = /^\d+(?:\.\d+)?$/;

/** Keeps a number as the client wrote it, because the nearest double may be another amount. */
function readPlainNumber(written: string | undefined): string | undefined {
  return written !== undefined && PLAIN_NUMBER.test(written) ? written : undefined;
}

function refuseConflict(name: string): Read<never> {
  return refuse(problem("conflicting_parameters", { parameters: cutName(name) }));
}
