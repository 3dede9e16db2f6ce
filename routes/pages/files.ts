import type { RequestFacts } from "../http/endpoint.ts";
import { hasSame } from "../http/if_none_match.ts";
import { FILES } from "./file_list.ts";

/** A file as it is sent. */
interface ServedFile {
  readonly type: string;
  readonly plain: Uint8Array<ArrayBuffer>;
  readonly gzipped: Uint8Array<ArrayBuffer>;
  /** Names the content in either form; in the header it is weak, because the two differ in their bytes. */
  readonly etag: string;
}

const TYPES: Readonly<Record<string, string>> = {
  css: "text/css; charset=utf-8",
  js: "text/javascript; charset=utf-8",
  svg: "image/svg+xml",
};

const served = new Map<string, Promise<ServedFile>>();

/**
 * Answers with a file that a page loads; undefined if there is none of that name. Anybody may ask, so it
 * is compressed once. Browsers may keep it but ask each time: after an update, old and new files of one
 * page must not meet.
 */
export async function sendFile(
  name: string,
  { headers, requestId }: Pick<RequestFacts, "headers" | "requestId">,
): Promise<Response | undefined> {
  if (!FILES.has(name)) return undefined;
  const reading = served.get(name) ?? readFile(name);
  served.set(name, reading);
  const { type, plain, gzipped, etag } = await reading;
  const common = {
    "x-request-id": requestId,
    "cache-control": "no-cache",
    "vary": "Accept-Encoding",
    "etag": `W/${etag}`,
    "x-content-type-options": "nosniff",
    "cross-origin-resource-policy": "same-origin",
  };
  if (hasSame(headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: common });
  }
  const takesGzip = /\bgzip\b(?!\s*;\s*q=0(\.0*)?\s*(,|$))/.test(
    headers.get("accept-encoding") ?? "",
  );
  return new Response(takesGzip ? gzipped : plain, {
    headers: { ...common, "content-type": type, ...(takesGzip && { "content-encoding": "gzip" }) },
  });
}

async function readFile(name: string): Promise<ServedFile> {
  const { default: text } = await FILES.get(name)?.() ?? { default: "" };
  const plain = new TextEncoder().encode(text);
  const gzip = new Blob([plain]).stream().pipeThrough(new CompressionStream("gzip"));
  const digest = await crypto.subtle.digest("SHA-256", plain);
  return {
    type: TYPES[name.slice(name.lastIndexOf(".") + 1)] ?? "text/plain",
    plain,
    gzipped: new Uint8Array(await new Response(gzip).arrayBuffer()),
    etag: `"${new Uint8Array(digest).toBase64({ alphabet: "base64url" })}"`,
  };
}
