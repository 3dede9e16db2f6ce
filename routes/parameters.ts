import { maskCardNumbers } from "../domain/card_number_search.ts";
import { BODY_MAX_BYTES } from "../domain/limits.ts";
import type { Eventually } from "../domain/ports.ts";
import type { Admission } from "./admission.ts";
import { problem, type Read, refused } from "./problems.ts";
import { queryPairs } from "./query.ts";

/** What a request brought, by name. It has no prototype: a client's `__proto__` is a name like any other. */
export type Parameters = Record<string, unknown>;

/** Inherits nothing. Made by a constructor, for V8 keeps what `Object.create(null)` makes in a slow form. */
const BareObject = function () {} as unknown as new () => Parameters;
BareObject.prototype = Object.create(null);

export interface ParameterRules {
  readonly admission: Admission;
  readonly allowCardNumberInUrl: boolean;
  /** Values that path and headers hold. */
  readonly given: Readonly<Record<string, string>>;
}

/** What must not stand in a URL. */
export const CARD_NUMBER_PARAMETERS: readonly string[] = ["cardNo", "selectedCard", "allCards"];

/**
 * Reads query and JSON body, once each, and puts them together with what path and headers hold. A
 * name may come from several of them with one value, but not twice in the query. A request without
 * a body is read at once.
 */
export function readParameters(
  request: Request,
  rules: ParameterRules,
): Eventually<Read<Parameters>> {
  const read = readQuery(request.url, rules);
  if (!read.ok || !mayHaveBody(request)) return read;
  return readBody(request, read.value, rules.admission);
}

function readQuery(
  url: string,
  { given, allowCardNumberInUrl }: ParameterRules,
): Read<Parameters> {
  const parameters = Object.assign(new BareObject(), given);
  const queried = new Set<string>();
  for (const [name, value] of queryPairs(url)) {
    if (queried.has(name) || (name in parameters && parameters[name] !== value)) {
      return conflicting(name);
    }
    queried.add(name);
    parameters[name] = value;
  }
  if (!allowCardNumberInUrl && CARD_NUMBER_PARAMETERS.some((name) => queried.has(name))) {
    return refused(problem("card_number_in_url"));
  }
  return { ok: true, value: parameters };
}

async function readBody(
  request: Request,
  parameters: Parameters,
  admission: Admission,
): Promise<Read<Parameters>> {
  const body = await admission.readBody(() => readJsonObject(request));
  if (!body.ok) return body;
  for (const [name, value] of Object.entries(body.value)) {
    if (value === null) continue;
    if (!(name in parameters)) parameters[name] = value;
    else if (!saysTheSame(value, parameters[name])) return conflicting(name);
  }
  return { ok: true, value: parameters };
}

function conflicting(name: string): Read<never> {
  // A client can call a parameter anything, a card number too, and answers end up in logs.
  return refused(problem("conflicting_parameters", { parameters: maskCardNumbers(name) }));
}

/** Whether a JSON value is what a text elsewhere says. Lists and objects never are: making text of one can throw. */
function saysTheSame(value: unknown, text: unknown): boolean {
  return typeof value !== "object" && String(value) === text;
}

// Asking a request without a body for its stream costs more than all the rest of a small request.
// HTTP/1.1 announces a body by its length or its transfer coding (RFC 9112, section 6.3), HTTP/2 by its type.
function mayHaveBody({ method, headers }: Request): boolean {
  if (method === "GET" || method === "HEAD") return false;
  const length = headers.get("content-length");
  if (length !== null) return length !== "0";
  return headers.has("transfer-encoding") || headers.has("content-type");
}

async function readJsonObject(request: Request): Promise<Read<Record<string, unknown>>> {
  const text = await readText(request);
  if (!text.ok) return text;
  if (text.value === "") return { ok: true, value: {} };
  const mediaType = request.headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType !== "application/json" && !/^application\/[\w.-]+\+json$/.test(mediaType)) {
    return refused(problem("unsupported_media_type"));
  }
  try {
    const value: unknown = JSON.parse(text.value);
    if (typeof value !== "object" || value === null || Array.isArray(value)) {
      return refused(problem("malformed_request"));
    }
    return { ok: true, value: value as Record<string, unknown> };
  } catch {
    return refused(problem("malformed_request"));
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
