import { endSession, noteLack, readSession } from "./session.js";
import { language, text } from "./texts.js";

/** What Kese refused, or that it did not answer: its text is for whoever sits at the desk. */
export class Refusal extends Error {
  /** @param {{ readonly code: string, readonly message: string, readonly status?: number }} problem */
  constructor({ code, message, status = 0 }) {
    super(message);
    this.code = code;
    this.status = status;
  }
}

/**
 * @typedef {object} Call
 * @property {Readonly<Record<string, string | number | undefined>>} [query]
 * @property {Readonly<Record<string, unknown>>} [body]
 * @property {string} [key] The Idempotency-Key: the same for each repetition of one request.
 * @property {AbortSignal} [signal]
 */

/**
 * Calls Kese as any client does: `call("GET /bakiye", { query: { userNo } })`. Throws a
 * {@linkcode Refusal} whose text can be shown.
 *
 * @param {string} line
 * @param {Call} [options]
 * @returns {Promise<any>}
 */
export async function call(line, options = {}) {
  const response = await send(line, options);
  const body = response.status === 204 ? {} : await response.json().catch(() => ({}));
  if (response.ok) return body;
  if (response.status === 401) {
    endSession();
    globalThis.dispatchEvent(new Event("signedout"));
  }
  if (response.status === 403 && body.scope) noteLack(body.scope);
  const fields = (body.errors ?? []).map((/** @type {{ message: string }} */ { message }) =>
    message
  );
  const message = [body.message ?? text("failed"), body.detail, ...fields].filter(Boolean).join(
    " ",
  );
  throw new Refusal({ code: body.code ?? "unknown", status: response.status, message });
}

/**
 * @param {string} line
 * @param {Call} options
 * @returns {Promise<Response>}
 */
async function send(line, { query = {}, body, key, signal }) {
  const [method = "GET", path = "/"] = line.split(" ");
  const url = new URL(path, location.origin);
  for (const [name, value] of Object.entries(query)) {
    if (value !== undefined && value !== "") url.searchParams.set(name, String(value));
  }
  try {
    return await fetch(url, {
      method,
      headers: headersOf({ key, hasBody: body !== undefined }),
      cache: "no-store",
      credentials: "omit",
      ...(body && { body: JSON.stringify(body) }),
      ...(signal && { signal }),
    });
  } catch (error) {
    if (signal?.aborted) throw error;
    throw new Refusal({ code: "unreachable", message: text("unreachable") });
  }
}

/** @param {{ readonly key: string | undefined, readonly hasBody: boolean }} request */
function headersOf({ key, hasBody }) {
  const session = readSession();
  return {
    "Accept": "application/json",
    "Accept-Language": language(),
    ...(session && { "Authorization": `Bearer ${session.key}`, "Filo": session.filo }),
    ...(hasBody && { "Content-Type": "application/json" }),
    ...(key !== undefined && { "Idempotency-Key": key }),
  };
}

/**
 * Reads a list to its end, a page at a time, and keeps none of them: a list may be longer than memory.
 *
 * @param {string} line
 * @param {Call} options
 * @returns {AsyncGenerator<any[], void>}
 */
export async function* pagesOf(line, { query = {}, ...options }) {
  let cursor;
  do {
    /** @type {{ data: any[], nextCursor: string | null }} */
    const answer = await call(line, { ...options, query: { limit: 100, ...query, cursor } });
    yield answer.data;
    cursor = answer.nextCursor;
  } while (cursor !== null);
}
