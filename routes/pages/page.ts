import { hasSame } from "../http/if_none_match.ts";
import type { RequestFacts } from "../http/endpoint.ts";

/**
 * What Kese's own pages may do: load from Kese alone, and nothing that stands in the page itself is run or
 * applied. A page in a frame could be clicked without being seen.
 */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "img-src 'self' data:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

/** Sends a page; 304 to whoever has it. It depends on the language, and at the root on what is accepted. */
export async function sendPage(
  html: string,
  { headers, requestId, language }: Pick<RequestFacts, "headers" | "requestId" | "language">,
): Promise<Response> {
  const digest = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(html));
  const etag = `"${new Uint8Array(digest).toBase64({ alphabet: "base64url" })}"`;
  const common = {
    "x-request-id": requestId,
    "cache-control": "no-cache",
    "vary": "Accept, Accept-Language",
    etag,
  };
  if (hasSame(headers.get("if-none-match"), etag)) {
    return new Response(null, { status: 304, headers: common });
  }
  return new Response(html, {
    headers: {
      ...common,
      "content-type": "text/html; charset=utf-8",
      "content-language": language,
      "content-security-policy": POLICY,
      "cross-origin-opener-policy": "same-origin",
      "referrer-policy": "no-referrer",
      "x-content-type-options": "nosniff",
    },
  });
}

const ESCAPED: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&#39;",
};

/** A text as it stands in HTML, between tags or in an attribute. */
export function escape(text: string): string {
  return text.replaceAll(/[&<>"']/g, (character) => ESCAPED[character] ?? "");
}
