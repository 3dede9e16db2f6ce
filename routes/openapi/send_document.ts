import type { Endpoint, RequestFacts } from "../http/endpoint.ts";
import { hasSame } from "../http/if_none_match.ts";
import { openApiText } from "./document.ts";

/** The document as it is sent. */
interface ServedDocument {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** A strong entity tag: it changes with every byte. */
  readonly etag: string;
}

const served = new WeakMap<readonly Endpoint[], Promise<ServedDocument>>();

/**
 * Answers with the document, or with 304 to whoever has it. Anybody may ask, so it is written once:
 * to write 195 KB takes twenty times as long as to copy them. Clients may keep it but ask each time,
 * because after an update they must not read the contract of before.
 */
export async function sendDocument(
  endpoints: readonly Endpoint[],
  { headers, requestId }: Pick<RequestFacts, "headers" | "requestId">,
): Promise<Response> {
  const document = served.get(endpoints) ?? writeDocument(endpoints);
  served.set(endpoints, document);
  const { bytes, etag } = await document;
  const common = { "x-request-id": requestId, "cache-control": "no-cache", etag };
  if (hasSame(headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: common });
  }
  return new Response(bytes, { headers: { ...common, "content-type": "application/json" } });
}

async function writeDocument(endpoints: readonly Endpoint[]): Promise<ServedDocument> {
  const bytes = new TextEncoder().encode(openApiText(endpoints));
  const digest = await crypto.subtle.digest("SHA-256", bytes);
  return { bytes, etag: `"${new Uint8Array(digest).toBase64({ alphabet: "base64url" })}"` };
}
