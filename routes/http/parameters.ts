import type { Eventually } from "../../domain/ports/eventually.ts";
import type { Admission } from "./admission.ts";
import { doubledHeader } from "./doubled_headers.ts";
import { type KnownParameters, shownName, unknownParameter } from "./known_parameters.ts";
import { readObjectText } from "./object_text.ts";
import { problem, type Read, refused } from "../contract/problems.ts";
import { TAKEN_ENCODINGS } from "../contract/problem_headers.ts";
import { queryPairs } from "./query.ts";

export const BODY_MAX_BYTES = 16 * 1024;

/** What a request brought, by name. It has no prototype: a client's `__proto__` is a name like any other. */
export type Parameters = Record<string, unknown>;

/** Inherits nothing. Made by a constructor, for V8 keeps what `Object.create(null)` makes in a slow form. */
const BareObject = function () {} as unknown as new () => Parameters;
BareObject.prototype = Object.create(null);

export interface ParameterRules {
  readonly admission: Admission;
  readonly known: KnownParameters;
  readonly allowCardNumberInUrl: boolean;
  /** Values that path and headers hold. */
  readonly given: Readonly<Record<string, string>>;
}

/** What must not stand in a URL, which others write down, and the code of its refusal there. */
export const KEPT_OUT_OF_URLS = new Map([
  ...["cardNo", "selectedCard", "allCards"].map((name) => [name, "card_number_in_url"] as const),
  ...["authCode", "name", "surname", "birthDate", "phoneNumber", "email"]
    .map((name) => [name, "personal_data_in_url"] as const),
]);

/**
 * Reads query and JSON body, once each, and puts them together with what path and headers hold. A
 * name may come from several of them with one value, but not twice from one. A request without a
 * body is read at once.
 */
export function readParameters(
  request: Request,
  rules: ParameterRules,
): Eventually<Read<Parameters>> {
  const read = readQuery(request.url, rules);
  if (!read.ok) return read;
  const { method, headers } = request;
  if (method !== "GET" && method !== "HEAD") {
    return mayHaveBody(request) ? readBody(request, read.value, rules) : read;
  }
  // Deno gives no body of a GET, so what it says would not be heard.
  return announcesBody(headers) ? refused(problem("malformed_request")) : read;
}

function readQuery(
  url: string,
  { given, known, allowCardNumberInUrl }: ParameterRules,
): Read<Parameters> {
  const parameters = Object.assign(new BareObject(), given);
  const queried = new Set<string>();
  for (const [name, value] of queryPairs(url)) {
    const code = allowCardNumberInUrl ? undefined : KEPT_OUT_OF_URLS.get(name);
    if (code !== undefined) return refused(problem(code, { parameter: name }));
    if (!known.names.has(name)) return refused(unknownParameter(name, known.names));
    if (queried.has(name) || (name in parameters && parameters[name] !== value)) {
      return conflicting(name);
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
  if (object === undefined) return refused(problem("malformed_request"));
  const { doubled, numbers } = readObjectText(text.value);
  if (doubled !== undefined) return conflicting(doubled);
  for (const [name, member] of Object.entries(object)) {
    if (!known.names.has(name)) return refused(unknownParameter(name, known.names));
    const value = known.numbers.has(name) ? plainNumber(numbers.get(name)) ?? member : member;
    if (name in parameters && parameters[name] !== value) return conflicting(name);
    parameters[name] = value;
  }
  return { ok: true, value: parameters };
}

// Neither sign nor exponent: what those mean is no field's affair.
const PLAIN_NUMBER = /^\d+(?:\.\d+)?$/;

/** A number as the client wrote it: the nearest double may be another sum of money. */
function plainNumber(written: string | undefined): string | undefined {
  return written !== undefined && PLAIN_NUMBER.test(written) ? written : undefined;
}

function conflicting(name: string): Read<never> {
  return refused(problem("conflicting_parameters", { parameters: shownName(name) }));
}

/** HTTP/1.1 announces a body by its length or its transfer coding (RFC 9112, section 6.3). */
function announcesBody(headers: Headers): boolean {
  return (headers.get("content-length") ?? "0") !== "0" || headers.has("transfer-encoding");
}

// Asking a request without a body for its stream costs more than all the rest of a small request.
// HTTP/2 need not announce a body, so there it is asked: its requests name their host in
// `:authority` and not in `Host` (RFC 9113, section 8.3.1).
function mayHaveBody(request: Request): boolean {
  const { headers } = request;
  const length = headers.get("content-length");
  if (length !== null) return length !== "0";
  return headers.has("transfer-encoding") || headers.has("content-type") ||
    (!headers.has("host") && request.body !== null);
}

/** The text of a body that says it is JSON; that of no body is an empty object's. */
async function readJsonText(request: Request): Promise<Read<string>> {
  const { headers } = request;
  if ((headers.get("content-encoding") ?? "identity").toLowerCase() !== "identity") {
    return refused({ ...problem("unsupported_media_type"), headers: TAKEN_ENCODINGS });
  }
  const text = await readText(request);
  if (!text.ok) return text;
  if (text.value === "") return { ok: true, value: "{}" };
  const doubled = doubledHeader(headers, ["Content-Type"]);
  if (doubled) return refused(doubled);
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType !== "application/json" && !/^application\/[\w.-]+\+json$/.test(mediaType)) {
    return refused(problem("unsupported_media_type"));
  }
  return text;
}

function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value ?? undefined : undefined;
  } catch {
    return undefined;
  }
}

async function readText(request: Request): Promise<Read<string>> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > BODY_MAX_BYTES) return refused(problem("payload_too_large"));
  try {
    // Fatal: JSON is UTF-8 (RFC 8259, section 8.1), and a mended text is not what was sent.
    const decoder = new TextDecoder("utf-8", { fatal: true });
    if (length === null) return await readCapped(request.body, decoder);
    return { ok: true, value: decoder.decode(await request.arrayBuffer()) };
  } catch {
    // The client went away, or sent what is no body.
    return refused(problem("malformed_request"));
  }
}

/** Without an announced length the body is counted while it comes. */
async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  decoder: TextDecoder,
): Promise<Read<string>> {
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES) return refused(problem("payload_too_large"));
    text += decoder.decode(chunk, { stream: true });
  }
  return { ok: true, value: text + decoder.decode() };
}
