import { BODY_MAX_BYTES } from "../contract/limits.ts";
import { TAKEN_ENCODINGS } from "../contract/problem_headers.ts";
import { problem, type Read, refuse } from "../contract/problems.ts";
import { findDoubledHeader } from "./doubled_headers.ts";

/** HTTP/1.1 announces a body by its length or its transfer coding (RFC 9112, section 6.3). */
export function announcesBody(headers: Headers): boolean {
  return (headers.get("content-length") ?? "0") !== "0" || headers.has("transfer-encoding");
}

/**
 * Whether a body may come. HTTP/2 need not announce one. Its requests name their host in `:authority`
 * (RFC 9113, section 8.3.1); they may have `Host` as well, and then nothing tells them from HTTP/1.1. So a
 * request is asked for its body, unless it has a `Host` and leaves nothing to decide: asking takes a tenth
 * of what a payment takes.
 */
export function mayHaveBody(request: Request, leavesNothing: () => boolean): boolean {
  const { headers } = request;
  const length = headers.get("content-length");
  if (length !== null) return length !== "0";
  if (headers.has("transfer-encoding") || headers.has("content-type")) return true;
  return !(headers.has("host") && leavesNothing()) && request.body !== null;
}

/** Reads the text of a JSON body. Without a body it is the text of an empty object. */
export async function readJsonText(request: Request): Promise<Read<string>> {
  const { headers } = request;
  if ((headers.get("content-encoding") ?? "identity").toLowerCase() !== "identity") {
    return refuse({ ...problem("unsupported_media_type"), headers: TAKEN_ENCODINGS });
  }
  const text = await readText(request);
  if (!text.ok) return text;
  if (text.value === "") return { ok: true, value: "{}" };
  const doubled = findDoubledHeader(headers, ["Content-Type"]);
  if (doubled) return refuse(doubled);
  const mediaType = headers.get("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (mediaType !== "application/json" && !/^application\/[\w.-]+\+json$/.test(mediaType)) {
    return refuse(problem("unsupported_media_type"));
  }
  return text;
}

/** Parses the text of a JSON object; gives undefined for any other text. */
export function parseObject(text: string): object | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === "object" && !Array.isArray(value) ? value ?? undefined : undefined;
  } catch {
    return undefined;
  }
}

/** Reads a body as it came, whatever it is: a gateway's form or webhook. */
export function readRawText(request: Request): Promise<Read<string>> {
  return readText(request);
}

async function readText(request: Request): Promise<Read<string>> {
  const length = request.headers.get("content-length");
  if (Number(length ?? 0) > BODY_MAX_BYTES) return refuse(problem("payload_too_large"));
  try {
    // Fatal: JSON is UTF-8 (RFC 8259, section 8.1), and a repaired text is not what was sent.
    const decoder = new TextDecoder("utf-8", { fatal: true });
    if (length === null) return await readCapped(request.body, decoder);
    return { ok: true, value: decoder.decode(await request.arrayBuffer()) };
  } catch {
    // The client went away, or sent something that is not a body.
    return refuse(problem("malformed_request"));
  }
}

/** Counts the bytes as they arrive, because no length was announced. */
async function readCapped(
  body: ReadableStream<Uint8Array> | null,
  decoder: TextDecoder,
): Promise<Read<string>> {
  let text = "";
  let bytes = 0;
  for await (const chunk of body ?? []) {
    bytes += chunk.length;
    if (bytes > BODY_MAX_BYTES) return refuse(problem("payload_too_large"));
    text += decoder.decode(chunk, { stream: true });
  }
  return { ok: true, value: text + decoder.decode() };
}
